package dev.wherry.network.nftables;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.MessageWriter;

/** Writes expressions and data as attributes; numbers are those of linux/netfilter/nf_tables.h. */
final class ExpressionWriter {
  static final int LIST_ELEMENT = 1;
  private static final int RULE_EXPRESSIONS = 4;
  private static final int NAME = 1;
  private static final int DATA = 2;
  private static final int VALUE = 1;
  private static final int VERDICT = 2;
  private static final int FIRST_REGISTER = 8;
  private static final int VERDICT_REGISTER = 0;
  private static final int FULLY_RANDOM = 1 << 4;
  private static final int RANDOM = 1;
  private static final int DESTINATION = 1;
  private static final int FIB_ADDRESS_TYPE = 3;
  private static final int FIB_SOURCE = 1;
  private static final int FIB_DESTINATION = 2;
  private static final int REJECT_RESET = 1;
  private static final int REJECT_ANY_FAMILY = 2;
  private static final int PORT_UNREACHABLE = 1;

  private ExpressionWriter() {}

  static void write(MessageWriter out, Expression expression) {
    out.nest(LIST_ELEMENT).text(NAME, name(expression)).nest(DATA);
    attributes(out, expression);
    out.close().close();
  }

  /** A rule's expressions, as an attribute of a message about it. */
  static void rule(MessageWriter out, Chain.Rule rule) {
    out.nest(RULE_EXPRESSIONS);
    rule.expressions().forEach(expression -> write(out, expression));
    out.close();
  }

  private static String name(Expression expression) {
    return switch (expression) {
      case Expression.Payload _ -> "payload";
      case Expression.Meta _, Expression.MetaSet _ -> "meta";
      case Expression.Compare _ -> "cmp";
      case Expression.Between _ -> "range";
      case Expression.Bitwise _ -> "bitwise";
      case Expression.Member _, Expression.MapValue _, Expression.MapVerdict _ -> "lookup";
      case Expression.Load _, Expression.Decide _ -> "immediate";
      case Expression.TranslateDestination _ -> "nat";
      case Expression.Masquerade _ -> "masq";
      case Expression.RandomNumber _ -> "numgen";
      case Expression.Connection _ -> "ct";
      case Expression.AddressType _ -> "fib";
      case Expression.RejectPort _, Expression.ResetConnection _ -> "reject";
      case Expression.Counter _ -> "counter";
      case Expression.Extension _ -> "match";
      case Expression.Learn _ -> "dynset";
    };
  }

  private static void attributes(MessageWriter out, Expression expression) {
    switch (expression) {
      case Expression.Payload(int to, var header, int offset, int length) ->
          out.u32(1, register(to)).u32(2, header.ordinal()).u32(3, offset).u32(4, length);
      case Expression.Meta(int to, var key) -> out.u32(2, key.number()).u32(1, register(to));
      case Expression.MetaSet(int from, var key) -> out.u32(2, key.number()).u32(3, register(from));
      case Expression.Compare(int from, boolean equal, Bytes value) ->
          value(out.u32(1, register(from)).u32(2, equal ? 0 : 1), 3, value);
      case Expression.Between(int from, Bytes low, Bytes high) -> {
        value(out.u32(1, register(from)).u32(2, 0), 3, low);
        value(out, 4, high);
      }
      case Expression.Bitwise(int from, int to, Bytes mask, Bytes flip) -> {
        out.u32(1, register(from)).u32(2, register(to)).u32(3, mask.length());
        value(out, 4, mask);
        value(out, 5, flip);
      }
      case Expression.Member(String set, int from, boolean inverted) ->
          out.text(1, set).u32(2, register(from)).u32(5, inverted ? 1 : 0);
      case Expression.MapValue(String map, int from, int to) ->
          out.text(1, map).u32(2, register(from)).u32(3, register(to));
      case Expression.MapVerdict(String map, int from) ->
          out.text(1, map).u32(2, register(from)).u32(3, VERDICT_REGISTER);
      case Expression.Load(int to, Bytes value) -> value(out.u32(1, register(to)), 2, value);
      case Expression.Decide(Verdict verdict) ->
          verdict(out.u32(1, VERDICT_REGISTER).nest(2), verdict).close();
      case Expression.TranslateDestination(Family family, int address, int port) ->
          out.u32(1, DESTINATION)
              .u32(2, family.number())
              .u32(3, register(address))
              .u32(5, register(port));
      case Expression.Masquerade _ -> out.u32(1, FULLY_RANDOM);
      case Expression.RandomNumber(int to, int modulus, int offset) ->
          out.u32(1, register(to)).u32(2, modulus).u32(3, RANDOM).u32(4, offset);
      case Expression.Connection(int to, var key) -> out.u32(2, key.ordinal()).u32(1, register(to));
      case Expression.AddressType(int to, boolean source) ->
          out.u32(3, source ? FIB_SOURCE : FIB_DESTINATION)
              .u32(2, FIB_ADDRESS_TYPE)
              .u32(1, register(to));
      case Expression.RejectPort _ -> out.u32(1, REJECT_ANY_FAMILY).u8(2, PORT_UNREACHABLE);
      case Expression.ResetConnection _ -> out.u32(1, REJECT_RESET);
      case Expression.Counter _ -> out.u64(1, 0).u64(2, 0);
      case Expression.Extension(String name, int revision, Bytes info) ->
          out.text(1, name).u32(2, revision).put(3, info.toArray());
      case Expression.Learn learn -> learn(out, learn);
    }
  }

  private static void learn(MessageWriter out, Expression.Learn learn) {
    out.text(1, learn.map()).u32(3, learn.how().ordinal());
    out.u32(4, register(learn.key())).u32(5, register(learn.value()));
    if (learn.timeoutMillis() > 0) {
      out.u64(6, learn.timeoutMillis());
    }
  }

  private static int register(int number) {
    return FIRST_REGISTER + number;
  }

  static void value(MessageWriter out, int attribute, Bytes value) {
    out.nest(attribute).put(VALUE, value.toArray()).close();
  }

  static MessageWriter verdict(MessageWriter out, Verdict verdict) {
    out.nest(VERDICT).u32(1, verdict.code());
    if (!verdict.chain().isEmpty()) {
      out.text(2, verdict.chain());
    }
    return out.close();
  }
}
