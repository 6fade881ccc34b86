package dev.wherry.network.nftables;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/**
 * Changes of one table that take effect together or not at all. The kernel refuses them with
 * ERESTART when anybody changed any table since the generation they were made for.
 */
public final class Transaction {
  private static final int SUBSYSTEM = 10;
  private static final int BATCH_BEGIN = 0x10;
  private static final int BATCH_END = 0x11;
  private static final int BATCH_GENERATION = 1;
  private static final int NEW_TABLE = 0;
  private static final int DELETE_TABLE = 2;
  private static final int NEW_CHAIN = 3;
  private static final int DELETE_CHAIN = 5;
  private static final int NEW_RULE = 6;
  private static final int DELETE_RULE = 8;
  private static final int NEW_SET = 9;
  private static final int DELETE_SET = 11;
  private static final int NEW_ELEMENT = 12;
  private static final int DELETE_ELEMENT = 14;
  private static final int VERDICT_MAP = 0xffffff00;
  private static final int FLAG_MAP = 8;
  private static final int FLAG_TIMEOUT = 0x10;
  private static final int FLAG_LEARNED = 0x20;
  private static final int LEARNED_ENTRIES_MAX = 65_535;

  /** An attribute's length has 16 bits; one element is far below the rest. */
  private static final int ELEMENTS_BYTES_MAX = 60_000;

  private final MessageWriter out = new MessageWriter();
  private final List<String> steps = new ArrayList<>();
  private final NetlinkSocket socket;
  private final Family family;
  private final String table;
  private final int first;
  private int last;
  private int sets;

  /**
   * Starts a transaction of a table for a generation as {@link Queries#generation} gave it. Ask
   * nothing else of the socket until it is committed.
   */
  public Transaction(NetlinkSocket socket, int generation, Family family, String table) {
    this.socket = socket;
    this.family = family;
    this.table = table;
    this.first = socket.nextSequence();
    out.begin(BATCH_BEGIN, 0, first).family(0, SUBSYSTEM).u32(BATCH_GENERATION, generation);
  }

  private MessageWriter step(int type, int flags, String what) {
    last = socket.nextSequence();
    steps.add(what);
    return out.begin(SUBSYSTEM << 8 | type, flags, last).family(family.number(), 0).text(1, table);
  }

  private MessageWriter create(int type, String what) {
    return step(type, MessageWriter.FLAG_CREATE, what);
  }

  /** Adds the table; nothing happens when it is there. */
  public Transaction addTable() {
    create(NEW_TABLE, "add table " + table).u32(2, 0);
    return this;
  }

  /** Deletes the table with all that is in it; it must be there. */
  public Transaction deleteTable() {
    step(DELETE_TABLE, 0, "delete table " + table);
    return this;
  }

  /** Adds an empty chain. */
  public Transaction addChain(Chain chain) {
    create(NEW_CHAIN, "add chain " + chain.name()).text(3, chain.name());
    chain
        .hook()
        .ifPresent(hook -> {
          out.nest(4).u32(1, hook.point().ordinal()).u32(2, hook.priority()).close();
          out.u32(5, Verdict.ACCEPT.code()).text(7, hook.type());
        });
    return this;
  }

  /** Adds a chain's rules behind those it has. */
  public Transaction addRules(Chain chain) {
    for (Chain.Rule rule : chain.rules()) {
      create(NEW_RULE, "add rule to " + chain.name()).addFlags(MessageWriter.FLAG_APPEND);
      rule(chain.name(), rule);
    }
    return this;
  }

  /** Puts a rule before all others of a chain, marked with a comment. */
  public Transaction insertRule(String chain, Chain.Rule rule, String comment) {
    create(NEW_RULE, "insert rule into " + chain);
    rule(chain, rule);
    out.put(7, Comments.encode(comment));
    return this;
  }

  private void rule(String chain, Chain.Rule rule) {
    ExpressionWriter.rule(out.text(2, chain), rule);
  }

  /** Deletes one rule by the kernel's number. */
  public Transaction deleteRule(String chain, long handle) {
    step(DELETE_RULE, 0, "delete rule " + handle + " of " + chain).text(2, chain).u64(3, handle);
    return this;
  }

  /** Deletes a chain and its rules; nothing may lead to it any more. */
  public Transaction deleteChain(String chain) {
    step(DELETE_CHAIN, 0, "delete chain " + chain).text(3, chain);
    return this;
  }

  /** Adds an empty set or map. */
  public Transaction addSet(SetSpec set) {
    create(NEW_SET, "add set " + set.name()).text(2, set.name());
    int flags =
        switch (set.kind()) {
          case SetSpec.Kind.Members _ -> 0;
          case SetSpec.Kind.VerdictMap _, SetSpec.Kind.DataMap _ -> FLAG_MAP;
          case SetSpec.Kind.LearnedMap _ -> FLAG_MAP | FLAG_TIMEOUT | FLAG_LEARNED;
        };
    out.u32(3, flags).u32(4, DataType.number(set.key())).u32(5, DataType.length(set.key()));
    switch (set.kind()) {
      case SetSpec.Kind.Members _ -> {}
      case SetSpec.Kind.VerdictMap _ -> out.u32(6, VERDICT_MAP).u32(7, 0);
      case SetSpec.Kind.DataMap(List<DataType> value) -> data(value);
      case SetSpec.Kind.LearnedMap(List<DataType> value) -> {
        data(value);
        out.nest(9).u32(1, LEARNED_ENTRIES_MAX).close();
      }
    }
    out.u32(10, ++sets);
    return this;
  }

  /** Deletes a set and its elements; no rule may look into it any more. */
  public Transaction deleteSet(String set) {
    step(DELETE_SET, 0, "delete set " + set).text(2, set);
    return this;
  }

  private void data(List<DataType> value) {
    out.u32(6, DataType.number(value)).u32(7, DataType.length(value));
  }

  public Transaction addElements(String set, Collection<Element> elements) {
    return elements(
        NEW_ELEMENT, MessageWriter.FLAG_CREATE, "add elements to " + set, set, elements);
  }

  public Transaction deleteElements(String set, Collection<Element> elements) {
    return elements(DELETE_ELEMENT, 0, "delete elements of " + set, set, elements);
  }

  private Transaction elements(
      int type, int flags, String what, String set, Collection<Element> elements) {
    Iterator<Element> rest = elements.iterator();
    while (rest.hasNext()) {
      step(type, flags, what).text(2, set).nest(3);
      do {
        element(rest.next(), type == NEW_ELEMENT);
      } while (rest.hasNext() && out.nestedBytes() <= ELEMENTS_BYTES_MAX);
      out.close();
    }
    return this;
  }

  private void element(Element element, boolean withValue) {
    out.nest(ExpressionWriter.LIST_ELEMENT);
    ExpressionWriter.value(out, 1, element.key());
    if (withValue) {
      switch (element.value()) {
        case Element.Value.None _ -> {}
        case Element.Value.Data(Bytes bytes) -> ExpressionWriter.value(out, 2, bytes);
        case Element.Value.Goes(Verdict verdict) ->
            ExpressionWriter.verdict(out.nest(2), verdict).close();
      }
    }
    out.close();
  }

  /** Puts learned entries back with the rest of their lives; those that do not fit are left out. */
  public Transaction restore(SetSpec map, Collection<Learned> entries) {
    if (!(map.kind() instanceof SetSpec.Kind.LearnedMap(List<DataType> value))) {
      throw new IllegalArgumentException(map.name() + " does not learn");
    }
    for (Learned entry : entries) {
      if (entry.key().length() == DataType.length(map.key())
          && entry.value().length() == DataType.length(value)
          && entry.remainingMillis() > 0) {
        create(NEW_ELEMENT, "restore elements of " + map.name()).text(2, map.name()).nest(3);
        out.nest(ExpressionWriter.LIST_ELEMENT);
        ExpressionWriter.value(out, 1, entry.key());
        ExpressionWriter.value(out, 2, entry.value());
        out.u64(4, entry.timeoutMillis()).u64(5, entry.remainingMillis());
        out.close().close();
      }
    }
    return this;
  }

  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /** The messages as they are sent. */
  byte[] encode() {
    out.addFlags(MessageWriter.FLAG_ACK);
    out.begin(BATCH_END, 0, socket.nextSequence()).family(0, SUBSYSTEM);
    return out.toArray();
  }

  /**
   * Sends the changes and waits for the verdict on them; nothing is sent when there are none.
   *
   * @throws NetlinkException the first refusal; then nothing was changed
   */
  public void commit() throws NetlinkException {
    if (isEmpty()) {
      return;
    }
    socket.send(encode());
    while (true) {
      for (NetlinkMessage answer : socket.receive()) {
        int step = answer.sequence() - first;
        if (answer.type() != NetlinkMessage.ERROR || step < 0 || answer.sequence() > last) {
          continue;
        }
        NetlinkSocket.refuse(answer, step == 0 ? "commit" : steps.get(step - 1));
        if (answer.sequence() == last) {
          return;
        }
      }
    }
  }
}
