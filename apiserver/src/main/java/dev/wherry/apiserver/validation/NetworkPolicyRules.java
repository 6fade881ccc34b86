package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.net.InetAddress;
import java.util.List;

/** Rules of NetworkPolicies (upstream's networking validation). */
final class NetworkPolicyRules {
  private static final int PORT_MAX = 65_535;
  private static final int TYPES_MAX = 2;

  private NetworkPolicyRules() {}

  static void policy(Field policy) {
    Field spec = policy.child("spec");
    boolean anyValues =
        SelectorRules.isBad(policy.errors().before().path("spec").path("podSelector"));
    SelectorRules.labelSelector(spec.child("podSelector"), anyValues);
    rules(spec.child("ingress"), "from", anyValues);
    rules(spec.child("egress"), "to", anyValues);
    Field types = spec.child("policyTypes");
    if (types.node().size() > TYPES_MAX) {
      types.invalid("may not specify more than two policyTypes");
    } else {
      types.items().forEach(type -> type.oneOf(List.of("Egress", "Ingress")));
    }
  }

  private static void rules(Field rules, String peers, boolean anyValues) {
    for (Field rule : rules.items()) {
      rule.child("ports").items().forEach(NetworkPolicyRules::port);
      rule.child(peers).items().forEach(peer -> peer(peer, anyValues));
    }
  }

  private static void port(Field rule) {
    rule.optional("protocol").oneOf(List.of("SCTP", "TCP", "UDP"));
    Field port = rule.optional("port");
    Field end = rule.child("endPort");
    if (port.node().isNumber()) {
      port.between(1, PORT_MAX);
      end.atLeast(port.number(), "must be greater than or equal to `port`");
      end.between(1, PORT_MAX);
    } else if (port.present()) {
      port.matches(NameRules::portName);
      refuse(end, "may not be specified when `port` is non-numeric");
    } else {
      refuse(end, "may not be specified when `port` is not specified");
    }
  }

  private static void refuse(Field end, String detail) {
    if (end.present()) {
      end.invalid(detail);
    }
  }

  private static void peer(Field peer, boolean anyValues) {
    SelectorRules.labelSelector(peer.child("podSelector"), anyValues);
    SelectorRules.labelSelector(peer.child("namespaceSelector"), anyValues);
    Field block = peer.child("ipBlock");
    boolean selects =
        peer.child("podSelector").present() || peer.child("namespaceSelector").present();
    if (block.present()) {
      block(block);
      if (selects) {
        peer.forbidden("may not specify both ipBlock and another peer");
      }
    } else if (!selects) {
      peer.errors().required(peer.path(), "must specify a peer");
    }
  }

  private static void block(Field block) {
    Field cidr = block.child("cidr");
    boolean valid = cidr.require() && Addresses.cidr(cidr.text()).isEmpty();
    cidr.matches(Addresses::cidr);
    for (Field except : block.child("except").items()) {
      except.matches(Addresses::cidr);
      if (valid
          && Addresses.cidr(except.text()).isEmpty()
          && !isWithin(except.text(), cidr.text())) {
        except.invalid("must be a strict subset of `cidr`");
      }
    }
  }

  /** Whether a range is a part of another and not all of it. */
  private static boolean isWithin(String part, String whole) {
    byte[] inner = address(part);
    byte[] outer = address(whole);
    int bits = bits(whole);
    boolean same = inner.length == outer.length && bits(part) > bits;
    for (int bit = 0; same && bit < bits; bit++) {
      int mask = 0x80 >> bit % Byte.SIZE;
      same = ((inner[bit / Byte.SIZE] ^ outer[bit / Byte.SIZE]) & mask) == 0;
    }
    return same;
  }

  private static byte[] address(String range) {
    return InetAddress.ofLiteral(range.substring(0, range.indexOf('/'))).getAddress();
  }

  private static int bits(String range) {
    return Integer.parseInt(range.substring(range.indexOf('/') + 1));
  }
}
