package dev.wherry.network.nftables;

import java.nio.charset.StandardCharsets;

/** A rule's comment in its user data, as nft writes it: type 0, length, text, zero. */
final class Comments {
  private static final int HEADER_BYTES = 2;

  private Comments() {}

  static byte[] encode(String comment) {
    byte[] text = comment.getBytes(StandardCharsets.UTF_8);
    byte[] data = new byte[HEADER_BYTES + text.length + 1];
    data[1] = (byte) (text.length + 1);
    System.arraycopy(text, 0, data, HEADER_BYTES, text.length);
    return data;
  }

  /** The comment, or "" when there is none. */
  static String decode(byte[] data) {
    if (data.length < HEADER_BYTES || data[0] != 0 || data[1] < 1) {
      return "";
    }
    int length = Math.min(data[1] - 1, data.length - HEADER_BYTES);
    return new String(data, HEADER_BYTES, length, StandardCharsets.UTF_8);
  }
}
