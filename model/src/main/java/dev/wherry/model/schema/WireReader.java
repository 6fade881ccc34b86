package dev.wherry.model.schema;

import dev.wherry.model.codec.DecodeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the protobuf wire format of one message. One thread. */
final class WireReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final int VARINT_BITS_MAX = 64;

  private final byte[] bytes;
  private int at;
  private int number;
  private int wireType;

  WireReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Steps to the next field; false at the end. */
  boolean next() {
    if (at == bytes.length) {
      return false;
    }
    long tag = varint();
    number = (int) (tag >>> 3);
    wireType = (int) (tag & 7);
    return true;
  }

  int number() {
    return number;
  }

  int wireType() {
    return wireType;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
      if (at == bytes.length) {
        throw broken();
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw broken();
  }

  byte[] bytes() {
    long length = varint();
    if (wireType != BYTES || length < 0 || length > bytes.length - at) {
      throw broken();
    }
    at += (int) length;
    return Arrays.copyOfRange(bytes, at - (int) length, at);
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  long fixed(int length) {
    if (bytes.length - at < length) {
      throw broken();
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (bytes[at++] & 0xFFL) << (8 * i);
    }
    return value;
  }

  void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> fixed(8);
      case BYTES -> bytes();
      case FIXED32 -> fixed(4);
      default -> throw broken();
    }
  }

  static DecodeException broken() {
    return new DecodeException("proto: illegal wire format");
  }
}
