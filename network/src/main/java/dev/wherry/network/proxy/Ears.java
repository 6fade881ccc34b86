package dev.wherry.network.proxy;

import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.nftables.Queries;

/** Hears what others change in the kernel. */
record Ears(Inbox inbox) implements NetlinkThread.Listener {
  @Override
  public void received(NetlinkMessage message) {
    Queries.Notice notice = Queries.notice(message);
    if (notice.table().equals(KernelTable.NAME) && notice.family() == KernelTable.FAMILY.number()) {
      inbox.everything();
    } else if (ForwardPass.concerns(notice)) {
      inbox.neighbours();
    }
  }

  @Override
  public void lost() {
    inbox.everything();
    inbox.neighbours();
  }
}
