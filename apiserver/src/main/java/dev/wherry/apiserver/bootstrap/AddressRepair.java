package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.registry.AddressObjects;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger.Level;

/**
 * Writes the IPAddress objects that Services lack: those of a cluster from before there were any,
 * and those that somebody deleted (rule: upstream's repair of IP addresses, which keeps on
 * looking).
 */
public final class AddressRepair {
  private static final System.Logger LOG = System.getLogger(AddressRepair.class.getName());

  private static final Resource SERVICES = new Resource("", "services");

  private AddressRepair() {}

  /** Looks at every Service; returns how many objects were written. */
  public static int run(ObjectWriter writer, WatchCache cache) {
    int written = 0;
    for (CachedObject known : cache.list(SERVICES, Selection.ALL).objects()) {
      JsonNode service = known.tree();
      for (JsonNode ip : service.path("spec").path("clusterIPs")) {
        boolean missing =
            !ip.asText().equals("None")
                && cache
                    .get(AddressObjects.RESOURCE, "", AddressObjects.name(ip.asText()))
                    .isEmpty();
        if (missing) {
          written += write(writer, service, ip.asText()) ? 1 : 0;
        }
      }
    }
    if (written > 0) {
      LOG.log(Level.INFO, "addresses repaired objectsWritten=" + written);
    }
    return written;
  }

  private static boolean write(ObjectWriter writer, JsonNode service, String ip) {
    try {
      writer.create(
          AddressObjects.RESOURCE,
          AddressObjects.described(ip, Trees.namespace(service), Trees.name(service)));
      return true;
    } catch (ApiException e) {
      if (e.reason() == Reason.ALREADY_EXISTS) {
        return false;
      }
      throw e;
    }
  }
}
