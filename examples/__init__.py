"""Small programs to start from; nothing in Zhibo imports them."""
