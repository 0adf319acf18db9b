"""What crosses the network, declared once: fields, answers, errors, and what is made of them."""
