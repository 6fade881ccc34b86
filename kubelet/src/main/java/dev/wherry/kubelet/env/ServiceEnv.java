package dev.wherry.kubelet.env;

import dev.wherry.machinery.address.AddressText;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Variables that name services, as Docker's links did (rule: kubelet's envvars package). */
public final class ServiceEnv {
  private static final String API_NAMESPACE = "default";
  private static final String API_SERVICE = "kubernetes";

  private ServiceEnv() {}

  /** The API's own service, and the pod's namespace's when it wants links. */
  public static Map<String, String> of(List<Service> services, String namespace, boolean links) {
    Map<String, String> env = new LinkedHashMap<>();
    Map<String, Service> byName = new LinkedHashMap<>();
    for (Service service : services) {
      String serviceNamespace = service.metadata().namespace();
      String name = service.metadata().name();
      boolean api = serviceNamespace.equals(API_NAMESPACE) && name.equals(API_SERVICE);
      boolean own = links && serviceNamespace.equals(namespace);
      if (!hasAddress(service) || !(api || own)) {
        continue;
      }
      if (own) {
        byName.put(name, service);
      } else {
        byName.putIfAbsent(name, service);
      }
    }
    byName.values().forEach(service -> add(service, env));
    return env;
  }

  private static boolean hasAddress(Service service) {
    String ip = service.spec().clusterIP();
    return !ip.isEmpty() && !ip.equals("None") && !service.spec().ports().isEmpty();
  }

  private static void add(Service service, Map<String, String> env) {
    String prefix = variable(service.metadata().name());
    String ip = service.spec().clusterIP();
    List<ServicePort> ports = service.spec().ports();
    env.put(prefix + "_SERVICE_HOST", ip);
    env.put(prefix + "_SERVICE_PORT", number(ports.getFirst()));
    for (ServicePort port : ports) {
      if (!port.name().isEmpty()) {
        env.put(prefix + "_SERVICE_PORT_" + variable(port.name()), number(port));
      }
    }
    String address = AddressText.bracketed(ip);
    boolean first = true;
    for (ServicePort port : ports) {
      String protocol = port.protocol().isEmpty() ? "TCP" : port.protocol();
      String url = protocol.toLowerCase(Locale.ROOT) + "://" + address + ":" + number(port);
      if (first) {
        env.put(prefix + "_PORT", url);
        first = false;
      }
      String link = prefix + "_PORT_" + number(port) + "_" + protocol;
      env.put(link, url);
      env.put(link + "_PROTO", protocol.toLowerCase(Locale.ROOT));
      env.put(link + "_PORT", number(port));
      env.put(link + "_ADDR", ip);
    }
  }

  private static String variable(String name) {
    return name.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static String number(ServicePort port) {
    return String.valueOf(port.port());
  }
}
