package dev.wherry.kubelet.csi;

import dev.wherry.kubelet.plugin.PluginException;
import dev.wherry.kubelet.plugin.PluginKind;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.status.ApiException;
import dev.wherry.proto.plugin.v1.PluginInfo;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The drivers that are registered here. One comes through the folder of plugins, is asked for its
 * name for this node, and counts once the node's CSINode names it; of two with one name the later
 * stays.
 */
public final class CsiDrivers implements PluginKind, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CsiDrivers.class.getName());

  /** What drivers call themselves in the folder. */
  public static final String TYPE = "CSIPlugin";

  /** Drivers may be there before the node is registered. */
  private static final int TELLS_MAX = 60;

  private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

  private final NodeDrivers told;
  private final Timer timer;
  private final Map<String, CsiDriver> drivers = new HashMap<>();

  public CsiDrivers(ApiClient api, String nodeName, Timer timer) {
    this.told = new NodeDrivers(api, nodeName);
    this.timer = timer;
  }

  @Override
  public AutoCloseable register(PluginInfo info, Path endpoint) throws PluginException {
    if (info.getSupportedVersionsList().stream().noneMatch(CsiDrivers::known)) {
      throw new PluginException(
          "CSI driver %s supports the versions %s; this node agent wants 1.x.y"
              .formatted(info.getName(), info.getSupportedVersionsList()));
    }
    try {
      CsiDriver driver = CsiDriver.connect(info.getName(), endpoint);
      try {
        tell(driver);
      } catch (PluginException e) {
        driver.close();
        throw e;
      }
      keep(driver);
      LOG.log(Level.INFO, "volume driver driver={0} socket={1}", driver.name(), endpoint);
      return () -> gone(driver);
    } catch (CsiException e) {
      throw new PluginException("error during CSI NodeGetInfo() call: " + e.text());
    }
  }

  private static boolean known(String version) {
    String plain = version.startsWith("v") ? version.substring(1) : version;
    return plain.equals("1") || plain.startsWith("1.");
  }

  private void tell(CsiDriver driver) throws PluginException {
    for (int tries = 1; ; tries++) {
      try {
        told.add(driver.name(), driver.info());
        return;
      } catch (ApiException e) {
        if (tries == TELLS_MAX) {
          throw new PluginException(
              "error updating CSINode object with CSI driver node info: " + e.getMessage());
        }
      }
      try {
        timer.pause(TELL_AGAIN);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new PluginException("the node agent is ending");
      }
    }
  }

  private synchronized void keep(CsiDriver driver) {
    CsiDriver before = drivers.put(driver.name(), driver);
    if (before != null) {
      before.close();
    }
  }

  private void gone(CsiDriver driver) {
    synchronized (this) {
      if (!drivers.remove(driver.name(), driver)) {
        return;
      }
    }
    driver.close();
    LOG.log(Level.INFO, "volume driver is gone driver={0}", driver.name());
    try {
      told.remove(driver.name());
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "the API still names driver={0}: {1}", driver.name(), e.getMessage());
    }
  }

  /** A driver by its name; empty while it is not registered. */
  synchronized Optional<CsiDriver> find(String name) {
    return Optional.ofNullable(drivers.get(name));
  }

  @Override
  public void close() {
    List<CsiDriver> all;
    synchronized (this) {
      all = List.copyOf(drivers.values());
      drivers.clear();
    }
    all.forEach(CsiDriver::close);
  }
}
