"""GGUF files on this machine, answered by llama.cpp in this process (the extra `llama`)."""
