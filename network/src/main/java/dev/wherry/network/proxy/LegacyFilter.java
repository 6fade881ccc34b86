package dev.wherry.network.proxy;

import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.system.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads the chain FORWARD of legacy iptables (linux/netfilter_ipv4/ip_tables.h and its like for
 * IPv6), whose tables are not nftables' and tell of no change. On a thread of the network
 * namespace.
 */
public final class LegacyFilter {
  private static final int RAW = 3;
  private static final int PROTOCOL_RAW = 255;
  private static final int GET_INFO = 64;
  private static final int GET_ENTRIES = 65;
  private static final int NAME_BYTES = 32;
  private static final int INFO_BYTES = 84;
  private static final int FORWARD_BEGIN = 44;
  private static final int FORWARD_POLICY = 64;
  private static final int SIZE = 80;
  private static final int ENTRIES_OFFSET = 40;
  private static final int TARGET_NAME_BYTES = 29;
  private static final int VERDICT_OFFSET = 32;
  private static final int DROP = -1;
  private static final int ACCEPT = -2;

  /** What differs between the families: names, and offsets in an entry. */
  private enum Layout {
    V4("ip_tables_names", 2, 0, 48, 84, 112),
    V6("ip6_tables_names", 10, 41, 96, 136, 168);

    private final String names;
    private final int domain;
    private final int level;

    /** From here to the end of the address part, nothing is asked for when all is zero. */
    private final int further;

    private final int addressPart;
    private final int entry;

    Layout(String names, int domain, int level, int further, int addressPart, int entry) {
      this.names = names;
      this.domain = domain;
      this.level = level;
      this.further = further;
      this.addressPart = addressPart;
      this.entry = entry;
    }

    int targetOffset() {
      return addressPart + 4;
    }
  }

  private LegacyFilter() {}

  /**
   * What is in the way of pods, with the commands that let them pass; empty where nothing is.
   *
   * @throws IOException where it cannot be read, as by others than root
   */
  public static Optional<String> objection(Cidr pods) throws IOException {
    String program = pods.family() == AddressFamily.V4 ? "iptables-legacy" : "ip6tables-legacy";
    return drops(pods)
        ? Optional.of(
            "legacy iptables drops what pods send: %1$s -I FORWARD -s %2$s -j ACCEPT; %1$s -I FORWARD -d %2$s -j ACCEPT"
                .formatted(program, pods))
        : Optional.empty();
  }

  /**
   * Whether packets from or to these addresses are dropped unless some rule of several conditions
   * lets them pass. False where legacy iptables has no table {@code filter}.
   */
  static boolean drops(Cidr pods) throws IOException {
    Layout layout = pods.family() == AddressFamily.V4 ? Layout.V4 : Layout.V6;
    Path names = Path.of("/proc/thread-self/net", layout.names);
    // To ask for a table is to make it.
    if (!Files.exists(names) || !Files.readAllLines(names).contains("filter")) {
      return false;
    }
    int socket = checked(SystemCalls.socket(layout.domain, RAW, PROTOCOL_RAW));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = table(arena, INFO_BYTES);
      checked(SystemCalls.getOption(socket, layout.level, GET_INFO, info));
      int size = info.get(ValueLayout.JAVA_INT, SIZE);
      MemorySegment entries = table(arena, ENTRIES_OFFSET + size);
      entries.set(ValueLayout.JAVA_INT, NAME_BYTES, size);
      checked(SystemCalls.getOption(socket, layout.level, GET_ENTRIES, entries));
      ByteBuffer rules =
          entries.asSlice(ENTRIES_OFFSET).asByteBuffer().order(ByteOrder.nativeOrder());
      int begin = info.get(ValueLayout.JAVA_INT, FORWARD_BEGIN);
      int policy = info.get(ValueLayout.JAVA_INT, FORWARD_POLICY);
      return drops(rules, layout, begin, policy, pods);
    } finally {
      SystemCalls.close(socket);
    }
  }

  private static MemorySegment table(Arena arena, int bytes) {
    MemorySegment made = arena.allocate(bytes, 8);
    made.setString(0, "filter");
    return made;
  }

  private static int checked(int result) throws IOException {
    if (result < 0) {
      throw new IOException("reading legacy iptables: errno " + -result);
    }
    return result;
  }

  /** From rule to rule up to the chain's policy, which is its last. */
  private static boolean drops(ByteBuffer rules, Layout layout, int begin, int policy, Cidr pods) {
    boolean fromPasses = false;
    boolean toPasses = false;
    for (int at = begin; at <= policy; at += rules.getShort(at + layout.targetOffset() + 2)) {
      int target = rules.getShort(at + layout.targetOffset());
      if (target != layout.entry || !isZero(rules, at + layout.further, at + layout.addressPart)) {
        continue;
      }
      int bytes = pods.address().length();
      boolean accepts = verdict(rules, at + target) == ACCEPT;
      boolean drops = verdict(rules, at + target) == DROP;
      boolean anySource = isZero(rules, at + 2 * bytes, at + 3 * bytes);
      boolean anyDestination = isZero(rules, at + 3 * bytes, at + 4 * bytes);
      if (anySource && anyDestination && (accepts || drops)) {
        return drops && !(fromPasses && toPasses);
      }
      fromPasses |= accepts && anyDestination && covers(rules, at, at + 2 * bytes, pods);
      toPasses |= accepts && anySource && covers(rules, at + bytes, at + 3 * bytes, pods);
    }
    return false;
  }

  /** What the target does with every packet; 0 for what need not end its way. */
  private static int verdict(ByteBuffer rules, int target) {
    byte[] name = new byte[TARGET_NAME_BYTES];
    rules.get(target + 2, name);
    String text = new String(name, StandardCharsets.ISO_8859_1).replaceAll("\0.*", "");
    return switch (text) {
      case "" -> rules.getInt(target + VERDICT_OFFSET);
      case "REJECT" -> DROP;
      default -> 0;
    };
  }

  private static boolean isZero(ByteBuffer rules, int from, int to) {
    byte[] part = new byte[to - from];
    rules.get(from, part);
    return Arrays.equals(part, new byte[part.length]);
  }

  private static boolean covers(ByteBuffer rules, int address, int mask, Cidr pods) {
    byte[] range = pods.address().toArray();
    byte[] bits = pods.mask().toArray();
    for (int i = 0; i < range.length; i++) {
      byte wanted = rules.get(mask + i);
      if ((wanted & ~bits[i]) != 0 || (range[i] & wanted) != rules.get(address + i)) {
        return false;
      }
    }
    return true;
  }
}
