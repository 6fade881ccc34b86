package dev.wherry.kubelet.hollow;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.lease.LeaseHolder;
import dev.wherry.machinery.lease.LeaseKeeper;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/** What is known of one node: whether it is there, its lease, the addresses in use. A monitor. */
final class HollowNode {
  /** Where it stands. */
  enum State {
    /** Not made, or not seen yet. */
    ABSENT,
    /** Made, but not shown as Ready. */
    UNREADY,
    READY,
    /** Somebody deleted it, or the name is another node's. */
    LEFT
  }

  private final String name;
  private final LeaseHolder lease;
  private final BitSet inUse = new BitSet(HollowRanges.ADDRESSES);
  private State state = State.ABSENT;
  private String uid = "";
  private int range;

  HollowNode(String name, ApiClient api, Timer timer) {
    this.name = name;
    this.lease = new LeaseHolder(api, LeaseKeeper.Config.ofNode(name), this::owners, timer);
  }

  String name() {
    return name;
  }

  LeaseHolder lease() {
    return lease;
  }

  synchronized State state() {
    return state;
  }

  synchronized boolean isThere() {
    return state == State.UNREADY || state == State.READY;
  }

  /** It is there as the server shows it. */
  synchronized void seen(Node node, int itsRange, boolean ready) {
    uid = node.metadata().uid();
    range = itsRange;
    state = ready ? State.READY : State.UNREADY;
  }

  synchronized void left() {
    state = State.LEFT;
    inUse.clear();
  }

  private synchronized List<OwnerReference> owners() {
    return List.of(
        OwnerReference.builder().apiVersion("v1").kind("Node").name(name).uid(uid).build());
  }

  /** The node's own address, which only pods on the host's network show. */
  synchronized String address() {
    return HollowRanges.address(range, 1);
  }

  /** The number of a free address; empty while all are in use. */
  synchronized OptionalInt take() {
    int free = inUse.nextClearBit(2);
    if (free >= HollowRanges.ADDRESSES - 1) {
      return OptionalInt.empty();
    }
    inUse.set(free);
    return OptionalInt.of(free);
  }

  synchronized String address(int number) {
    return HollowRanges.address(range, number);
  }

  /** A pod is seen with this address. */
  synchronized void keep(String address) {
    HollowRanges.offset(range, address).ifPresent(inUse::set);
  }

  synchronized void free(String address) {
    HollowRanges.offset(range, address).ifPresent(inUse::clear);
  }

  /** All pods will be seen anew. */
  synchronized void forgetAddresses() {
    inUse.clear();
  }
}
