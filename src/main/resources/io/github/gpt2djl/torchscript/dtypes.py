# libtorch's numbers of the element types.

def uint8() -> int:
  return 0

def int32() -> int:
  return 3

def int64() -> int:
  return 4

def float32() -> int:
  return 6

def float64() -> int:
  return 7

def boolean() -> int:
  return 11

def bfloat16() -> int:
  return 15
