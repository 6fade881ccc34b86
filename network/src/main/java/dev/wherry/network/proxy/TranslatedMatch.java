package dev.wherry.network.proxy;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Expression;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * iptables' {@code -m conntrack --ctstate DNAT}: in a chain of iptables it must be iptables' own
 * match, or iptables-nft cannot list the chain any more (struct xt_conntrack_mtinfo3 of
 * linux/netfilter/xt_conntrack.h).
 */
final class TranslatedMatch {
  private static final int BYTES = 168;
  private static final int FLAGS_OFFSET = 146;
  private static final int STATES_OFFSET = 150;
  private static final short BY_STATE = 1;

  /** XT_CONNTRACK_STATE_DNAT, behind the five states of a connection and their directions. */
  private static final short DESTINATION_TRANSLATED = 1 << 7;

  private static final int REVISION = 3;

  /** Goes on for connections whose destination was translated. */
  static final Expression DESTINATION =
      new Expression.Extension("conntrack", REVISION, Bytes.copyOf(info()));

  private TranslatedMatch() {}

  private static byte[] info() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.nativeOrder())
        .putShort(FLAGS_OFFSET, BY_STATE)
        .putShort(STATES_OFFSET, DESTINATION_TRANSLATED)
        .array();
  }
}
