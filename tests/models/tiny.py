"""A student that is real in all but the size of its weights."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

PUTS_ITS_OWN_SYSTEM = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\nI am the default.<|im_end|>\n"
    "{% endif %}{% for turn in messages %}<|im_start|>{{ turn.role }}\n{{ turn.content }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""As SmolLM2's and Qwen's templates do."""

TAKES_NO_SYSTEM = (
    "{% for turn in messages %}{% if turn.role == 'system' %}{{ raise_exception('no system') }}"
    "{% endif %}<|im_start|>{{ turn.role }}\n{{ turn.content | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""As Gemma's does."""


def byte_tokenizer(template: str = PUTS_ITS_OWN_SYSTEM) -> PreTrainedTokenizerFast:
    """One token a byte, one merge (two line ends), and the two marks of a turn."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    newline = "\u010a"
    vocabulary = {letter: number for number, letter in enumerate([*alphabet, newline * 2])}
    words = Tokenizer(models.BPE(vocab=vocabulary, merges=[(newline, newline)]))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words)
    tokenizer.add_special_tokens(
        {"eos_token": "<|im_end|>", "additional_special_tokens": ["<|im_start|>"]}
    )
    tokenizer.chat_template = template
    return tokenizer


def save_tiny(folder: Path) -> None:
    """A Llama of two layers with random weights, saved as any student is."""
    tokenizer = byte_tokenizer()
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=6,
        num_key_value_heads=2,
        max_position_embeddings=512,
        eos_token_id=tokenizer.eos_token_id,
        initializer_range=0.2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
