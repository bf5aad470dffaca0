"""What is built into the WebAssembly component, around the same `calling` as in the zygote.

None of this is a wall: the component imports nothing, so whatever asks the machine for anything
ends there. It is what lets ordinary programs find a clock, a stream and a file where they look.
"""
