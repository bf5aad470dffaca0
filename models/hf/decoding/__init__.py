"""Token generation on this machine, batched and with a shared prefix."""
