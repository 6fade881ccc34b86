package dev.wherry.kubelet;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.csi.CsiDrivers;
import dev.wherry.kubelet.device.DevicePlugins;
import dev.wherry.kubelet.device.PodResourcesService;
import dev.wherry.kubelet.dynamic.DraDrivers;
import dev.wherry.kubelet.plugin.PluginFolder;
import dev.wherry.kubelet.plugin.PluginRoot;
import dev.wherry.kubelet.pod.PodShares;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.machinery.time.Timer;
import dev.wherry.streaming.socket.SocketServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where plugins come from, and what becomes of shares whose pods are gone. */
final class OwnResources implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(OwnResources.class.getName());

  private final PodShares shares;
  private final PluginRoot root;
  private final DevicePlugins plugins;
  private Optional<PluginFolder> folder = Optional.empty();
  private Optional<SocketServer> questions = Optional.empty();

  private OwnResources(PodShares shares, PluginRoot root, DevicePlugins plugins) {
    this.shares = shares;
    this.root = root;
    this.plugins = plugins;
  }

  /** Takes the directory where plugins look for this node. */
  static PluginRoot root(KubeletConfig config) throws IOException {
    Path own = config.dataDir();
    String wanted = config.settings().pluginRoot();
    return PluginRoot.claim(wanted.isEmpty() ? own : Path.of(wanted), own);
  }

  /**
   * Begins to take plugins.
   *
   * @param drivers takes those that bring volumes
   * @param dra takes those that prepare claims of devices
   */
  static OwnResources start(
      PluginRoot root, PodShares shares, CsiDrivers drivers, DraDrivers dra, Timer timer) {
    DevicePlugins devices = DevicePlugins.start(root, shares.devices().book(), timer);
    OwnResources own = new OwnResources(shares, root, devices);
    try {
      own.folder =
          Optional.of(
              PluginFolder.start(
                  root.registry(),
                  Map.of(
                      DevicePlugins.TYPE,
                      devices,
                      CsiDrivers.TYPE,
                      drivers,
                      DraDrivers.TYPE,
                      dra)));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "no plugins path={0}: {1}", root.registry(), e.toString());
    }
    return own;
  }

  /** Begins to tell who asks what pods hold. */
  void tell(PodWorkers workers) {
    try {
      PodResourcesService service =
          new PodResourcesService(
              shares.devices().book(), shares.cpus(), shares.claims(), workers::pods);
      questions = Optional.of(SocketServer.start(root.podResources(), service));
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "nobody can ask what pods hold path={0}: {1}",
          root.podResources(),
          e.toString());
    }
  }

  /** Takes back what pods hold that are neither known nor in the runtime. */
  void forgetOthers(PodWorkers workers, CriRuntime runtime) {
    try {
      Set<String> uids = new HashSet<>(workers.uids());
      uids.addAll(runtime.lists().states().names().keySet());
      shares.placements().keepOnly(uids);
      shares.claims().keepOnly(uids);
    } catch (CriException e) {
      LOG.log(Level.WARNING, "shares of pods that are gone stay: {0}", e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    if (questions.isPresent()) {
      questions.get().close();
    }
    if (folder.isPresent()) {
      folder.get().close();
    }
    plugins.close();
  }
}
