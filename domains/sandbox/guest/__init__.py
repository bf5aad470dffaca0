"""Sources of the WebAssembly component, around the same `calling` as in the zygote.

None of this is a protection: the component imports nothing, so nothing in it can ask the machine
for anything. It lets ordinary programs find a clock, a stream and a file where they look.
"""
