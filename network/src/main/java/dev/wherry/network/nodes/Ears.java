package dev.wherry.network.nodes;

import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.rtnetlink.InterfaceAddress;
import dev.wherry.network.rtnetlink.Notices;
import dev.wherry.network.rtnetlink.Notices.Notice;
import java.util.List;
import java.util.stream.Stream;

/** Hears what others change in the kernel; pods' own interfaces come and go unheard. */
final class Ears implements NetlinkThread.Listener {
  private volatile NodesPlan plan = NodesPlan.NONE;
  private volatile Surroundings host = new Surroundings(List.of(), List.of());
  private volatile Runnable alarm = () -> {};

  /** From now on an alarm is given. */
  void open(Runnable alarm) {
    this.alarm = alarm;
  }

  /** What is in the kernel by now, and what should be. */
  void expect(NodesPlan plan, Surroundings host) {
    this.plan = plan;
    this.host = host;
  }

  @Override
  public void received(NetlinkMessage message) {
    Notices.read(message).filter(this::concerns).ifPresent(_ -> alarm.run());
  }

  private boolean concerns(Notice notice) {
    return switch (notice) {
      case Notice.OfLink(int link) -> isOnLink(link);
      case Notice.OfAddress(InterfaceAddress address) ->
          address.prefix() < address.address().length() * Byte.SIZE || isOurs(address.link());
      case Notice.OfRoute(var destination, int protocol) ->
          protocol == KernelNodes.PROTOCOL
              || plan.direct().stream().anyMatch(r -> r.destination().equals(destination));
      case Notice.OfNeighbour(int link) -> isTunnel(link);
    };
  }

  private boolean isOurs(int link) {
    return isTunnel(link)
        || host.link(PodRelay.DEVICE).filter(device -> device.index() == link).isPresent();
  }

  private boolean isTunnel(int link) {
    return Stream.of(VxlanEnd.DEVICE, Encryption.DEVICE)
        .flatMap(name -> host.link(name).stream())
        .anyMatch(device -> device.index() == link);
  }

  private boolean isOnLink(int link) {
    return isOurs(link)
        || host.addresses().stream()
            .anyMatch(a -> a.link() == link && a.prefix() < a.address().length() * Byte.SIZE);
  }

  @Override
  public void lost() {
    alarm.run();
  }
}
