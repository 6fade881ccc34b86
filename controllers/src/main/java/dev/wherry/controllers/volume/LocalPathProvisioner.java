package dev.wherry.controllers.volume;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.Provision;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.LocalPath;
import dev.wherry.model.volume.VolumeAnnotations;
import java.util.Map;
import java.util.Optional;

/**
 * The built-in provisioner: a claim of its class becomes a directory of the node that the scheduler
 * selected. The node makes the directory when a pod mounts it, and removes it when it is told to.
 */
public final class LocalPathProvisioner implements KeyDriven {
  private static final int WORKERS = 4;

  private final Parts parts;
  private final Informer<PersistentVolumeClaim> claims;
  private final Informer<PersistentVolume> volumes;
  private final Informer<StorageClass> classes;
  private final Informer<Node> nodes;
  private final KeyedController<VolumeKey> keys;

  public LocalPathProvisioner(Parts parts) {
    this.parts = parts;
    this.keys = new KeyedController<>("local-path", WORKERS, parts, this::reconcile);
    claims = VolumeIndex.claims(parts.informers()).onChange(this::claimSeen);
    volumes = VolumeIndex.volumes(parts.informers()).onChange(this::volumeSeen);
    classes = parts.informers().of(StorageClass.KIND);
    nodes = parts.informers().of(Node.KIND);
  }

  /** Makes the class, once for each start of the server; one that is there stays as it is. */
  public static void provideClass(ApiClient client) {
    StorageClass standard =
        StorageClass.builder()
            .metadata(
                ObjectMeta.builder()
                    .name(LocalPath.CLASS)
                    .annotations(Map.of(VolumeAnnotations.DEFAULT_CLASS, "true"))
                    .build())
            .provisioner(LocalPath.PROVISIONER)
            .reclaimPolicy("Delete")
            .volumeBindingMode("WaitForFirstConsumer")
            .allowVolumeExpansion(true)
            .build();
    Provision.once(client, StorageClass.KIND, standard);
  }

  private void claimSeen(Change<PersistentVolumeClaim> change) {
    PersistentVolumeClaim claim = change.latest();
    if (LocalPath.PROVISIONER.equals(
        claim.metadata().annotations().get(VolumeAnnotations.PROVISIONER))) {
      keys.add(new VolumeKey.Claim(ObjectKey.of(claim)));
    }
  }

  private void volumeSeen(Change<PersistentVolume> change) {
    if (LocalPath.PROVISIONER.equals(
        change.latest().metadata().annotations().get(VolumeAnnotations.PROVISIONED_BY))) {
      keys.add(new VolumeKey.Volume(change.latest().metadata().name()));
    }
  }

  private Outcome reconcile(VolumeKey key) {
    return switch (key) {
      case VolumeKey.Claim(ObjectKey name) ->
          claims.get(name).map(this::provide).orElse(Outcome.DONE);
      case VolumeKey.Volume(String name) ->
          volumes.get("", name).map(this::remove).orElse(Outcome.DONE);
    };
  }

  private Outcome provide(PersistentVolumeClaim claim) {
    Optional<StorageClass> storageClass = classes.get("", ClaimFacts.className(claim));
    if (!LocalPathPlan.isWanted(claim, storageClass) || storageClass.isEmpty()) {
      return Outcome.DONE;
    }
    String volume = LocalPathPlan.volumeName(claim);
    if (volumes.get("", volume).or(() -> volumes.fresh(parts.client(), "", volume)).isPresent()) {
      return Outcome.DONE;
    }
    Optional<Node> node = node(ClaimFacts.selectedNode(claim));
    return parts.applier().apply(LocalPathPlan.provision(claim, storageClass.get(), node));
  }

  private Optional<Node> node(String name) {
    return name.isEmpty()
        ? Optional.empty()
        : nodes.get("", name).or(() -> nodes.fresh(parts.client(), "", name));
  }

  private Outcome remove(PersistentVolume volume) {
    return switch (LocalPathPlan.removal(volume, isClaimed(volume))) {
      case LocalPathPlan.Removal.Keep() -> Outcome.DONE;
      case LocalPathPlan.Removal.ObjectOnly(Plan then) -> parts.applier().apply(then);
      case LocalPathPlan.Removal.Directory(String node, String directory, Plan then) -> {
        Optional<String> failure = removeDirectory(node, directory);
        if (failure.isPresent()) {
          parts.events().report(volume, EventType.WARNING, "VolumeFailedDelete", failure.get());
          yield new Outcome.Retry(failure.get());
        }
        yield parts.applier().apply(then);
      }
    };
  }

  private boolean isClaimed(PersistentVolume volume) {
    ObjectReference ref = volume.spec().claimRef();
    return ref != null
        && claims
            .fresh(parts.client(), ref.namespace(), ref.name())
            .filter(claim -> claim.metadata().uid().equals(ref.uid()))
            .filter(claim -> claim.spec().volumeName().equals(volume.metadata().name()))
            .isPresent();
  }

  /** Asks the node; a node that is gone for good has taken its directories with it. */
  private Optional<String> removeDirectory(String node, String directory) {
    if (node(node).isEmpty()) {
      return Optional.empty();
    }
    try {
      parts
          .client()
          .raw(
              "DELETE",
              "/api/v1/nodes/" + node + "/proxy/" + LocalPath.ROUTE + "/" + directory,
              null);
      return Optional.empty();
    } catch (ApiException e) {
      return Optional.of("removing " + directory + " of node \"" + node + "\": " + e.text());
    }
  }

  @Override
  public KeyedController<?> keys() {
    return keys;
  }
}
