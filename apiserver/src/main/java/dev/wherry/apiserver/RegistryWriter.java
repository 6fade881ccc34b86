package dev.wherry.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.bootstrap.ObjectWriter;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.fairness.FlowControl;
import dev.wherry.apiserver.fairness.FlowUpkeep;
import dev.wherry.apiserver.registry.Deletion;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.kind.ResourceInfo;
import java.util.Optional;

/** The server's own writes through the registry, past the authoriser. */
final class RegistryWriter implements ObjectWriter, FlowUpkeep.Writes {
  private final Registry registry;
  private final WatchCache cache;
  private final UserInfo user;

  RegistryWriter(Registry registry, WatchCache cache, UserInfo user) {
    this.registry = registry;
    this.cache = cache;
    this.user = user;
  }

  private WriteRequest request(Resource resource, String namespace, String name) {
    ResourceInfo info =
        registry.kinds().all().stream()
            .filter(i -> KindRegistry.storage(i.kind()).equals(resource))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(resource + " is not served"));
    return new WriteRequest(user, info, "", info.kind().namespaced() ? namespace : "", name, false);
  }

  @Override
  public Optional<ObjectNode> get(Resource resource, String namespace, String name) {
    return cache.get(resource, namespace, name).map(CachedObject::tree);
  }

  @Override
  public void create(Resource resource, ObjectNode object) {
    registry.objects().create(request(resource, Trees.namespace(object), ""), object.deepCopy());
  }

  @Override
  public void update(Resource resource, ObjectNode object) {
    registry
        .objects()
        .update(
            request(resource, Trees.namespace(object), Trees.name(object)),
            current -> object.deepCopy());
  }

  @Override
  public void status(String schema, ObjectNode status) {
    setStatus(FlowControl.SCHEMAS, schema, status);
  }

  /** Sets the status of an object that has no namespace. */
  void setStatus(Resource resource, String name, ObjectNode status) {
    WriteRequest plain = request(resource, "", name);
    registry
        .objects()
        .update(
            new WriteRequest(user, plain.info(), "status", "", name, false),
            current -> {
              current.set("status", status.deepCopy());
              return current;
            });
  }

  @Override
  public void delete(Resource resource, String namespace, String name) {
    registry.deletion().delete(request(resource, namespace, name), Deletion.Options.DEFAULT);
  }
}
