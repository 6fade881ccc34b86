package dev.wherry.apiserver.http;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * A server's HTTP/2 connection whose streams take turns by whole frames. Netty's own way follows
 * priorities, which HTTP/2 has given up (RFC 9113, 5.3), and cuts what several streams send into
 * pieces of 1 KiB: four frames for a pod that watchers are told of.
 */
final class Http2Frames extends Http2FrameCodecBuilder {
  /** The largest frame that a client takes unless it says otherwise (RFC 9113, 4.2). */
  private static final int TURN_BYTES = 16 << 10;

  Http2Frames() {
    Http2Connection connection = new DefaultHttp2Connection(true);
    UniformStreamByteDistributor turns = new UniformStreamByteDistributor(connection);
    turns.minAllocationChunk(TURN_BYTES);
    connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, turns));
    connection(connection);
    gracefulShutdownTimeoutMillis(0);
  }
}
