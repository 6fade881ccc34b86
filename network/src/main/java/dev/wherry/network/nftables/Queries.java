package dev.wherry.network.nftables;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Attributes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;

/** Questions to the kernel about its tables; on the netlink thread. */
public final class Queries {
  /** The group that hears of every change (NFNLGRP_NFTABLES). */
  public static final int CHANGES_GROUP = 7;

  private static final int SUBSYSTEM = 10;
  private static final int HEADER_BYTES = 4;
  private static final int NEW_TABLE = 0;
  private static final int GET_TABLE = 1;
  private static final int GET_CHAIN = 4;
  private static final int GET_RULE = 7;
  private static final int GET_ELEMENT = 13;
  private static final int ELEMENTS = 3;
  private static final int NEW_GENERATION = 15;
  private static final int GET_GENERATION = 16;

  private Queries() {}

  /** A rule with its number. */
  public record FoundRule(long handle, String comment) {}

  /** The number of the tables' present state; it grows with every transaction. */
  public static int generation(NetlinkSocket socket) throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out = begin(GET_GENERATION, MessageWriter.FLAG_ACK, sent, 0);
    int[] found = new int[1];
    socket.request(
        out,
        sent,
        "get generation",
        answer -> found[0] = (int) new Attributes(answer.payload(), HEADER_BYTES).number(1));
    return found[0];
  }

  private static MessageWriter begin(int type, int flags, int sequence, int family) {
    return new MessageWriter().begin(SUBSYSTEM << 8 | type, flags, sequence).family(family, 0);
  }

  /** The names of a family's tables. */
  public static List<String> tables(NetlinkSocket socket, Family family) throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out = begin(GET_TABLE, MessageWriter.FLAG_DUMP, sent, family.number());
    List<String> names = new ArrayList<>();
    for (NetlinkMessage answer : socket.dump(out, sent, "list tables")) {
      names.add(new Attributes(answer.payload(), HEADER_BYTES).text(1));
    }
    return names;
  }

  /** The names of a table's chains. */
  public static List<String> chains(NetlinkSocket socket, Family family, String table)
      throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out = begin(GET_CHAIN, MessageWriter.FLAG_DUMP, sent, family.number());
    List<String> names = new ArrayList<>();
    for (NetlinkMessage answer : socket.dump(out, sent, "list chains")) {
      Attributes chain = new Attributes(answer.payload(), HEADER_BYTES);
      if (chain.text(1).equals(table)) {
        names.add(chain.text(3));
      }
    }
    return names;
  }

  /** A chain's rules in their order. */
  public static List<FoundRule> rules(
      NetlinkSocket socket, Family family, String table, String chain) throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out =
        begin(GET_RULE, MessageWriter.FLAG_DUMP, sent, family.number())
            .text(1, table)
            .text(2, chain);
    List<FoundRule> rules = new ArrayList<>();
    for (NetlinkMessage answer : socket.dump(out, sent, "list rules")) {
      Attributes rule = new Attributes(answer.payload(), HEADER_BYTES);
      if (rule.text(1).equals(table) && rule.text(2).equals(chain)) {
        rules.add(new FoundRule(rule.number(3), Comments.decode(rule.value(7))));
      }
    }
    return rules;
  }

  /** What packets have left in a learned map; nothing when there is no such map. */
  public static List<Learned> learned(NetlinkSocket socket, Family family, String table, String map)
      throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out =
        begin(GET_ELEMENT, MessageWriter.FLAG_DUMP, sent, family.number())
            .text(1, table)
            .text(2, map);
    List<Learned> entries = new ArrayList<>();
    try {
      for (NetlinkMessage answer : socket.dump(out, sent, "list elements of " + map)) {
        Attributes list = new Attributes(answer.payload(), HEADER_BYTES).nested(ELEMENTS);
        list.all().forEach(element -> entries.add(learned(element.nested())));
      }
    } catch (NetlinkException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    return entries;
  }

  private static Learned learned(Attributes element) {
    return new Learned(
        Bytes.copyOf(element.nested(1).value(1)),
        Bytes.copyOf(element.nested(2).value(1)),
        element.number(4),
        element.number(5));
  }

  /** Reads a notification of the group above. */
  public static Notice notice(NetlinkMessage message) {
    int type = message.type() & 0xff;
    if (message.type() >>> 8 != SUBSYSTEM || type == NEW_GENERATION) {
      return new Notice(0, "", "");
    }
    Attributes attributes = new Attributes(message.payload(), HEADER_BYTES);
    int family = message.payload().get(0);
    boolean namesChain = type > NEW_TABLE + 2 && type <= 8;
    String chain = namesChain ? attributes.text(type <= 5 ? 3 : 2) : "";
    return new Notice(family, attributes.text(1), chain);
  }

  /**
   * What a notification is about.
   *
   * @param family its number; 0 when it is about no table
   * @param chain "" when it is about no chain
   */
  public record Notice(int family, String table, String chain) {}
}
