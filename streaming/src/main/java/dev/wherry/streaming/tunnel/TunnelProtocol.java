package dev.wherry.streaming.tunnel;

/** The names and limits both ends of a tunnel share. */
public final class TunnelProtocol {
  /** Path of the upgrade request on the API server. */
  public static final String PATH = "/wherry/v1/tunnel";

  /** Value of the {@code Upgrade} header. */
  public static final String UPGRADE = "wherry-tunnel/1";

  /** The authority that stands for the agent's own HTTPS server, whatever its port. */
  public static final String KUBELET_AUTHORITY = "kubelet:10250";

  /** The authority that stands for the agent's end of the pods' relay. */
  public static final String PACKETS_AUTHORITY = "packets:1";

  /** Streams one agent serves at a time; one more is refused by HTTP/2 itself. */
  public static final int STREAMS_MAX = 1_000;

  /** Bytes a stream may have under way before its reader has to take some. */
  public static final int STREAM_WINDOW_BYTES = 256 * 1024;

  /** Bytes all streams of a tunnel may have under way together. */
  public static final int CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

  /**
   * Resets in a second, either way, that are still work: a stream whose end is cut short ends in
   * one, and short commands come by the hundred. Netty's own limit is 200 in 30 seconds.
   */
  public static final int RESETS_PER_SECOND_MAX = 5_000;

  /** A tunnel without a word for so long is asked for one by a ping. */
  public static final int PING_AFTER_IDLE_SECONDS = 20;

  /** A tunnel that stays silent for so long, pings included, is dead. */
  public static final int DEAD_AFTER_SILENCE_SECONDS = 45;

  private TunnelProtocol() {}
}
