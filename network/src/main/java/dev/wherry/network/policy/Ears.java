package dev.wherry.network.policy;

import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.nftables.Queries;

/** Hears what others change in the kernel. */
record Ears(Runnable alarm) implements NetlinkThread.Listener {
  @Override
  public void received(NetlinkMessage message) {
    Queries.Notice notice = Queries.notice(message);
    if (notice.table().equals(PolicyKernel.NAME)
        && notice.family() == PolicyKernel.FAMILY.number()) {
      alarm.run();
    }
  }

  @Override
  public void lost() {
    alarm.run();
  }
}
