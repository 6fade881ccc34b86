package dev.wherry.kubelet.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;

/** Takes over a connection for exec, attach or port-forward. */
interface StreamPart {
  /**
   * Begins the stream; the request is the part's to release. Called on a virtual thread.
   *
   * @param runtimeUrl where the runtime streams, as CRI gave it
   */
  void begin(ChannelHandlerContext context, FullHttpRequest request, String runtimeUrl)
      throws HttpFailure;
}
