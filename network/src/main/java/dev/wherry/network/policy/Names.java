package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Rule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Names of chains and sets after their content. */
final class Names {
  /** Enough of a digest that nobody can aim at another's chain. */
  private static final int NAME_BYTES = 16;

  private Names() {}

  static String digest(String content) {
    return digest(content.getBytes(StandardCharsets.UTF_8));
  }

  /** Of rules as the kernel gets them: ports and ranges are in it, which no text of theirs has. */
  static String digest(List<Rule> rules) {
    return digest(Chain.content(rules));
  }

  private static String digest(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** One key of two parts. */
  static Bytes joined(Bytes one, Bytes other) {
    return Bytes.copyOf(
        ByteBuffer.allocate(one.length() + other.length())
            .put(one.toArray())
            .put(other.toArray())
            .array());
  }
}
