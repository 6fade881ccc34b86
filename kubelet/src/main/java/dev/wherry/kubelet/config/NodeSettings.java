package dev.wherry.kubelet.config;

import dev.wherry.kubelet.eviction.EvictionSettings;
import dev.wherry.kubelet.image.ImageCredentials;
import dev.wherry.kubelet.launch.IdRange;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How a node treats its pods.
 *
 * @param reserved kept from pods for everything else
 * @param maxPods the most pods at once
 * @param pidsMax the most processes of one pod; {@link #UNLIMITED} for no bound
 * @param singleOomKill whether the kernel may kill one process of a container for want of memory
 *     and leave the others; as it does on cgroup v1 anyway
 * @param limitedSwap whether Burstable pods may swap a little (cgroup v2 only), else none does
 * @param seccompDefault whether a pod that names no profile gets the runtime's
 * @param unsafeSysctls names, or beginnings that end in a star, that pods may set here too
 * @param staticPods a folder of pods of the node's own; "" for none
 * @param pluginRoot where plugins look for their kubelet; "" for the node's own directory alone
 * @param placement how CPUs and devices are set aside
 * @param enforced whether all pods together are held to what is not reserved
 * @param idsPerPod users and groups of a pod's user namespace
 * @param shutdown in which order pods end with the machine, lowest priority first; empty for all at
 *     once
 */
public record NodeSettings(
    Map<String, Quantity> reserved,
    int maxPods,
    long pidsMax,
    boolean singleOomKill,
    boolean limitedSwap,
    boolean seccompDefault,
    List<String> unsafeSysctls,
    String staticPods,
    String pluginRoot,
    PlacementSettings placement,
    EvictionSettings eviction,
    ImageLimits images,
    ImageCredentials imageCredentials,
    LogLimits logs,
    boolean enforced,
    long idsPerPod,
    List<ShutdownStep> shutdown) {
  public static final int MAX_PODS = 110;
  public static final long UNLIMITED = -1;

  /** The one path that all device plugins know. */
  public static final String PLUGIN_ROOT = "/var/lib/kubelet";

  private static final long RESERVED_BYTES_MAX = 256L << 20;

  /** A small machine keeps a quarter of its memory for this program and its kernel. */
  private static final int RESERVED_SHARE = 4;

  /** When images have to go. */
  public record ImageLimits(int highPercent, int lowPercent) {
    public static final ImageLimits DEFAULT = new ImageLimits(85, 80);
  }

  /** How much of a container's output stays. */
  public record LogLimits(long fileBytesMax, int filesMax) {
    public static final LogLimits DEFAULT = new LogLimits(10L << 20, 5);
  }

  public NodeSettings {
    if (maxPods <= 0) {
      throw new IllegalArgumentException("maxPods must be positive, is " + maxPods);
    }
    reserved = Map.copyOf(reserved);
    unsafeSysctls = List.copyOf(unsafeSysctls);
    shutdown = List.copyOf(shutdown);
  }

  /** Nothing is reserved and nothing evicted; for tests and tools. */
  public static NodeSettings plain() {
    return new NodeSettings(
        Map.of(),
        MAX_PODS,
        UNLIMITED,
        false,
        false,
        false,
        List.of(),
        "",
        "",
        PlacementSettings.NONE,
        EvictionSettings.none(),
        ImageLimits.DEFAULT,
        ImageCredentials.NONE,
        LogLimits.DEFAULT,
        true,
        IdRange.UNIT,
        ShutdownStep.DEFAULT);
  }

  /**
   * The defaults of a node of this size: 512 MiB leave 284 MiB to pods.
   *
   * @param memoryBytes what the machine has
   * @param diskBytes of the disk that the kubelet writes to
   */
  public static NodeSettings scaled(long memoryBytes, long diskBytes) {
    return plain()
        .withReserved(Map.of("memory", Quantity.ofBytes(reservedBytes(memoryBytes))))
        .withEviction(EvictionSettings.scaled(memoryBytes, diskBytes))
        .withPluginRoot(PLUGIN_ROOT);
  }

  /**
   * Memory that pods do not get on a machine of this size unless a configuration says otherwise.
   */
  public static long reservedBytes(long memoryBytes) {
    return Math.min(RESERVED_BYTES_MAX, memoryBytes / RESERVED_SHARE);
  }

  /** The same with other reserves. */
  public NodeSettings withReserved(Map<String, Quantity> amounts) {
    return with(draft -> draft.reserved = amounts);
  }

  /** The same with other thresholds. */
  public NodeSettings withEviction(EvictionSettings settings) {
    return with(draft -> draft.eviction = settings);
  }

  /** The same with another place where plugins look. */
  public NodeSettings withPluginRoot(String root) {
    return with(draft -> draft.pluginRoot = root);
  }

  /** The same setting resources aside so. */
  public NodeSettings withPlacement(PlacementSettings settings) {
    return with(draft -> draft.placement = settings);
  }

  /** The same with providers of credentials for images. */
  public NodeSettings withImageCredentials(ImageCredentials where) {
    return with(draft -> draft.imageCredentials = where);
  }

  private NodeSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  /** What the next one will be. */
  private static final class Draft {
    private Map<String, Quantity> reserved;
    private int maxPods;
    private long pidsMax;
    private boolean singleOomKill;
    private boolean limitedSwap;
    private boolean seccompDefault;
    private List<String> unsafeSysctls;
    private String staticPods;
    private String pluginRoot;
    private PlacementSettings placement;
    private EvictionSettings eviction;
    private ImageLimits images;
    private ImageCredentials imageCredentials;
    private LogLimits logs;
    private boolean enforced;
    private long idsPerPod;
    private List<ShutdownStep> shutdown;

    Draft(NodeSettings from) {
      reserved = from.reserved;
      maxPods = from.maxPods;
      pidsMax = from.pidsMax;
      singleOomKill = from.singleOomKill;
      limitedSwap = from.limitedSwap;
      seccompDefault = from.seccompDefault;
      unsafeSysctls = from.unsafeSysctls;
      staticPods = from.staticPods;
      pluginRoot = from.pluginRoot;
      placement = from.placement;
      eviction = from.eviction;
      images = from.images;
      imageCredentials = from.imageCredentials;
      logs = from.logs;
      enforced = from.enforced;
      idsPerPod = from.idsPerPod;
      shutdown = from.shutdown;
    }

    NodeSettings finished() {
      return new NodeSettings(
          reserved,
          maxPods,
          pidsMax,
          singleOomKill,
          limitedSwap,
          seccompDefault,
          unsafeSysctls,
          staticPods,
          pluginRoot,
          placement,
          eviction,
          images,
          imageCredentials,
          logs,
          enforced,
          idsPerPod,
          shutdown);
    }
  }
}
