"""Hugging Face models in the memory of this process."""
