package dev.wherry.network.proxy;

import static dev.wherry.network.netlink.SctpPeers.ask;
import static dev.wherry.network.proxy.Objects.ready;
import static dev.wherry.network.proxy.Objects.service;
import static dev.wherry.network.proxy.Objects.slice;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.netlink.SctpPeers;
import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.sockets.ListeningSockets;

/**
 * A Service of SCTP, and of TCP on the same port, from the API to packets: by its address, by the
 * node's port, by an outer address with source ranges, in both families. The same proof in a test,
 * where the kernel has SCTP, and as a program in a machine whose kernel has it.
 */
final class SctpProof {
  private static final String VIP = "10.43.0.10";
  private static final String VIP6 = "fd43::10";
  private static final String OUTER = "203.0.113.5";
  private static final String CLOSED = "203.0.113.6";

  /** 10.42.0.3 as a server of both families sees it. */
  private static final String POD2_MAPPED = "[0000:0000:0000:0000:0000:ffff:0a2a:0003]";

  private static final int NODE_PORT = 30009;

  private SctpProof() {}

  /** Says what it has proved; anything else ends it. */
  public static void main(String[] arguments) throws Exception {
    prove();
    System.out.println("proved");
    System.exit(0);
  }

  private static void require(String expected, String actual, String what) {
    if (!actual.equals(expected)) {
      throw new AssertionError(what + ": '" + actual + "', not '" + expected + "'");
    }
  }

  private static void awaitAnswer(TestNamespace from, String address, int port, String who) {
    Eventually.await(
        who + " answers at " + address, () -> ask(from, address, port).startsWith(who));
  }

  static void prove() throws Exception {
    try (SystemTimer timer = new SystemTimer();
        TestNode net = TestNode.create();
        SctpPeers peers = new SctpPeers()) {
      TestNamespace pod1 = net.pod();
      TestNamespace pod2 = net.pod();
      peers.serve(pod1, 8009, "pod1");
      peers.serve(pod2, 8009, "pod2");
      net.serve(pod1, 8080, "tcp");
      FakeApiClient api = new FakeApiClient(timer);
      api.create(Node.KIND, Objects.NODE);
      var setup = new ServiceProxy.Setup("n1", false, ListeningSockets.OWN);
      try (ServiceProxy _ = ServiceProxy.start(api, setup, timer, net.node::enter)) {
        answers(api, net, pod1, pod2);
        follows(api, net);
      } finally {
        ServiceProxy.remove(net.node::enter);
      }
    }
  }

  private static void answers(
      FakeApiClient api, TestNode net, TestNamespace pod1, TestNamespace pod2) throws Exception {
    api.create(
        Service.KIND,
        service(
            "calls",
            """
            spec: {type: LoadBalancer, clusterIPs: [%s, '%s'], ports: [
              {name: s, protocol: SCTP, port: 9, nodePort: %d}, {name: t, port: 9}]},
            status: {loadBalancer: {ingress: [{ip: %s}]}}
            """
                .formatted(VIP, VIP6, NODE_PORT, OUTER)));
    api.create(
        Service.KIND,
        service(
            "near",
            """
            spec: {type: LoadBalancer, clusterIPs: [10.43.0.11], loadBalancerSourceRanges: [192.0.2.0/24],
              ports: [{name: s, protocol: SCTP, port: 9, nodePort: 30010}]},
            status: {loadBalancer: {ingress: [{ip: %s}]}}
            """
                .formatted(CLOSED)));
    String ports = "name: s, protocol: SCTP, port: 8009}, {name: t, port: 8080";
    api.create(EndpointSlice.KIND, slice("calls", "IPv4", ports, ready("10.42.0.2", "n1")));
    api.create(EndpointSlice.KIND, slice("near", "IPv4", ports, ready("10.42.0.2", "n1")));
    EndpointSlice six = slice("calls", "IPv6", ports, ready("fd42::2", "n1"));
    api.create(
        EndpointSlice.KIND,
        six.toBuilder().metadata(six.metadata().toBuilder().name("calls-6").build()).build());

    awaitAnswer(net.outside, VIP, 9, "pod1");
    require("pod1 " + POD2_MAPPED, ask(pod2, VIP, 9), "pods keep their address");
    require("pod1", ask(pod1, VIP, 9).split(" ")[0], "a pod that is its own server");
    require("pod1", ask(net.node, VIP, 9).split(" ")[0], "the node");
    require("tcp 10.42.0.3", TestNode.ask(pod2, VIP, 9), "TCP on the same port");
    awaitAnswer(net.outside, TestNode.NODE_ADDRESS, NODE_PORT, "pod1");
    awaitAnswer(net.outside, OUTER, 9, "pod1");
    String guarded = "a source that is not let in";
    require("", ask(net.outside, TestNode.NODE_ADDRESS, 30010), guarded + " by the node's port");
    require("", ask(net.outside, CLOSED, 9), guarded);
    awaitAnswer(net.outside, VIP6, 9, "pod1");
    require("", ask(net.outside, VIP, 10), "another port");
  }

  private static void follows(FakeApiClient api, TestNode net) {
    api.update(
        EndpointSlice.KIND,
        slice("calls", "IPv4", "name: s, protocol: SCTP, port: 8009", ready("10.42.0.3", "n1")));
    awaitAnswer(net.outside, VIP, 9, "pod2");
    api.delete(EndpointSlice.KIND, "ns", "calls-1", DeleteOptions.DEFAULT);
    Eventually.await("refused", () -> ask(net.outside, VIP, 9).isEmpty());
  }
}
