package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.TunnelProtocol;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;

/** {@code GET /wherry/v1/tunnel}: an agent opens the connection through which it is reached. */
public final class TunnelRoute {
  public static final String PATH = TunnelProtocol.PATH;

  private final TunnelRegistry tunnels;

  public TunnelRoute(TunnelRegistry tunnels) {
    this.tunnels = tunnels;
  }

  /**
   * Turns the connection round. The node is the one in the caller's own name: nobody opens another
   * node's tunnel.
   *
   * @throws ApiException 403 for callers that are no node, 400 without the upgrade
   */
  public void accept(Exchange exchange, UserInfo user) {
    String node =
        user.nodeName()
            .orElseThrow(() ->
                new ApiException(
                    Reason.FORBIDDEN,
                    "User \"" + user.name() + "\" is no node and cannot open a tunnel"));
    if (!exchange.asksUpgrade()
        || !exchange.header(HttpHeaderNames.UPGRADE).equalsIgnoreCase(TunnelProtocol.UPGRADE)) {
      throw ApiException.badRequest("a tunnel needs Upgrade: " + TunnelProtocol.UPGRADE);
    }
    exchange.upgrade(
        new DefaultHttpHeaders().set(HttpHeaderNames.UPGRADE, TunnelProtocol.UPGRADE),
        channel -> {
          tunnels.adopt(channel, node);
          channel.config().setAutoRead(true);
        });
  }
}
