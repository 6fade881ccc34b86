package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.address.IpFamily;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The IPAddress objects by which clients see which Service has which cluster address; each is
 * written and deleted in its Service's transaction, beside the claim that holds the address (rule:
 * createIPAddress of upstream's ipallocator).
 */
public final class AddressObjects {
  /** networking.k8s.io/ipaddresses. */
  public static final Resource RESOURCE = new Resource("networking.k8s.io", "ipaddresses");

  private static final String FAMILY = "ipaddress.kubernetes.io/ip-family";
  private static final String MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
  private static final String ALLOCATOR = "ipallocator.k8s.io";
  private static final String VERSION = "networking.k8s.io/v1";

  private static final String OWNED =
      """
      {"f:metadata": {"f:labels": {".": {}, "f:%s": {}, "f:%s": {}}},
       "f:spec": {"f:parentRef": {".": {}, "f:name": {}, "f:namespace": {}, "f:resource": {}}}}
      """
          .formatted(FAMILY, MANAGED_BY);

  private final InstantSource clock;
  private final Supplier<UUID> uids;

  AddressObjects(InstantSource clock, Supplier<UUID> uids) {
    this.clock = clock;
    this.uids = uids;
  }

  /** Where the object of an address stands in the store. */
  static String key(String ip) {
    return StoreKeys.key(RESOURCE, "", name(ip));
  }

  /** The object of an address. */
  public static Optional<CachedObject> find(WatchCache cache, String ip) {
    return cache.get(RESOURCE, "", name(ip));
  }

  /** The address in its canonical text. */
  public static String name(String ip) {
    return AddressText.parse(ip).map(AddressText::of).orElse(ip);
  }

  /** What a client would send to say that a Service has the address. */
  public static ObjectNode described(String ip, String namespace, String service) {
    ObjectNode object = Json.object().put("kind", "IPAddress").put("apiVersion", VERSION);
    object
        .putObject("metadata")
        .put("name", name(ip))
        .putObject("labels")
        .put(FAMILY, IpFamily.of(ip).label())
        .put(MANAGED_BY, ALLOCATOR);
    object
        .putObject("spec")
        .putObject("parentRef")
        .put("resource", "services")
        .put("namespace", namespace)
        .put("name", service);
    return object;
  }

  /** The object as it is stored when it is new. */
  ObjectNode created(String ip, String namespace, String service) {
    ObjectNode object = described(ip, namespace, service);
    String now = Times.time(clock.instant());
    ObjectNode metadata = object.withObject("/metadata");
    metadata.put("uid", uids.get().toString()).put("creationTimestamp", now);
    metadata
        .putArray("managedFields")
        .addObject()
        .put("manager", "kube-apiserver")
        .put("operation", "Update")
        .put("apiVersion", VERSION)
        .put("time", now)
        .put("fieldsType", "FieldsV1")
        .set("fieldsV1", Json.parse(OWNED));
    return object;
  }
}
