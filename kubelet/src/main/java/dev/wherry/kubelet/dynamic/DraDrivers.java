package dev.wherry.kubelet.dynamic;

import dev.wherry.kubelet.plugin.PluginException;
import dev.wherry.kubelet.plugin.PluginKind;
import dev.wherry.proto.plugin.v1.PluginInfo;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The drivers that are registered here. While one is replaced, two of its name may serve on sockets
 * of their own: the later is asked, and when it goes, the earlier again.
 */
public final class DraDrivers implements PluginKind, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DraDrivers.class.getName());

  /** What drivers call themselves in the folder. */
  public static final String TYPE = "DRAPlugin";

  private final Map<String, List<DraDriver>> drivers = new HashMap<>();
  private volatile Runnable came = () -> {};

  /** Is told, by any thread, when a driver has come. */
  void onArrival(Runnable listener) {
    came = listener;
  }

  @Override
  public AutoCloseable register(PluginInfo info, Path endpoint) throws PluginException {
    DraDriver.Version version =
        info.getSupportedVersionsList().stream()
            .flatMap(text -> DraDriver.Version.of(text).stream())
            .findFirst()
            .orElseThrow(() ->
                new PluginException(
                    "invalid supported gRPC versions of DRA driver plugin %s at endpoint %s: %s"
                        .formatted(info.getName(), endpoint, info.getSupportedVersionsList())));
    DraDriver driver = new DraDriver(info.getName(), version, endpoint);
    synchronized (this) {
      drivers.computeIfAbsent(driver.name(), _ -> new ArrayList<>()).add(driver);
    }
    LOG.log(
        Level.INFO,
        "driver of dynamic resources driver={0} version={1} socket={2}",
        driver.name(),
        version.text(),
        endpoint);
    came.run();
    return () -> gone(driver);
  }

  private void gone(DraDriver driver) {
    synchronized (this) {
      List<DraDriver> same = drivers.getOrDefault(driver.name(), new ArrayList<>());
      same.remove(driver);
      if (same.isEmpty()) {
        drivers.remove(driver.name());
      }
    }
    driver.close();
    LOG.log(Level.INFO, "driver of dynamic resources is gone driver={0}", driver.name());
  }

  /** A driver by its name. */
  synchronized DraDriver get(String name) throws DynamicResourcesException {
    return Optional.ofNullable(drivers.get(name))
        .map(List::getLast)
        .orElseThrow(
            () -> new DynamicResourcesException("DRA driver " + name + " is not registered"));
  }

  @Override
  public synchronized void close() {
    drivers.values().forEach(same -> same.forEach(DraDriver::close));
    drivers.clear();
  }
}
