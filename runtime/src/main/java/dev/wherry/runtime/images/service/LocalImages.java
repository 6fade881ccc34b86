package dev.wherry.runtime.images.service;

import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.StoredImage;
import dev.wherry.runtime.images.catalog.ImageCatalog;
import dev.wherry.runtime.images.catalog.ImageContent;
import dev.wherry.runtime.images.catalog.LocalImage;
import dev.wherry.runtime.images.catalog.LocalLayer;
import dev.wherry.runtime.images.registry.Credentials;
import dev.wherry.runtime.images.registry.ImagePull;
import dev.wherry.runtime.images.registry.ImageTransfer;
import dev.wherry.runtime.images.registry.PullException;
import dev.wherry.runtime.images.snapshot.LayerUse;
import dev.wherry.runtime.images.snapshot.LayeredRoots;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Pulls, unpacks, records and removes images. */
final class LocalImages {
  private static final System.Logger LOG = System.getLogger(LocalImages.class.getName());

  private final ImageStore store;
  private final ImageCatalog catalog;
  private final LayeredRoots roots;
  private final ImagePull pull;

  LocalImages(ImageStore store, ImageCatalog catalog, LayeredRoots roots, ImagePull pull) {
    this.store = store;
    this.catalog = catalog;
    this.roots = roots;
    this.pull = pull;
  }

  List<LocalImage> all() {
    return catalog.all();
  }

  Optional<LocalImage> find(String reference) {
    return catalog.find(reference);
  }

  /**
   * Brings an image here and unpacks it; an imported one is here already, and no registry is asked.
   *
   * @return its id
   */
  String pull(ImageName wanted, Optional<Credentials> credentials)
      throws IOException, InterruptedException {
    ImageName name =
        wanted.digest().isEmpty()
            ? wanted
            : new ImageName(wanted.domain(), wanted.path(), "", wanted.digest());
    try (LayerUse _ = roots.use()) {
      Optional<LocalImage> imported = imported(name);
      if (imported.isPresent()) {
        roots.unpack(imported.get());
        return imported.get().id();
      }
      return pulled(name, credentials);
    } finally {
      roots.sweep();
    }
  }

  private Optional<LocalImage> imported(ImageName name) {
    return store.find(name).isPresent() ? catalog.find(name.toString()) : Optional.empty();
  }

  private String pulled(ImageName name, Optional<Credentials> credentials)
      throws IOException, InterruptedException {
    try (ImageTransfer transfer = pull.begin(name, credentials)) {
      List<String> digests = transfer.digests();
      List<String> blobs = digests.subList(digests.size() - transfer.layers(), digests.size());
      ImageContent content =
          ImageContent.read(transfer.imageId(), transfer.config(), blobs, transfer.sizeBytes());
      List<String> chains = content.chains();
      for (int i = 0; i < content.layers().size(); i++) {
        LocalLayer layer = content.layers().get(i);
        List<String> lower = chains.subList(chains.size() - i, chains.size());
        roots.unpack(layer, transfer.layer(i), lower);
      }
      store.commit(names(name, transfer), digests);
      LOG.log(
          Level.INFO,
          "image pulled name={0} id={1} bytes={2}",
          name,
          content.config().id(),
          content.sizeBytes());
      return content.config().id();
    } catch (PullException e) {
      throw new PullException(
          e.reason(), "failed to pull and unpack image \"" + name + "\": " + e.getMessage(), e);
    }
  }

  private static List<StoredImage> names(ImageName name, ImageTransfer transfer) {
    List<StoredImage> names = new ArrayList<>();
    ImageName byDigest = new ImageName(name.domain(), name.path(), "", transfer.digest());
    for (ImageName each : name.tag().isEmpty() ? List.of(byDigest) : List.of(name, byDigest)) {
      names.add(
          new StoredImage(each, transfer.digest(), transfer.mediaType(), transfer.sizeBytes()));
    }
    return names;
  }

  /** Removes an image with all its names; what is gone is no error. */
  void remove(String reference) throws IOException {
    Optional<LocalImage> image = catalog.find(reference);
    if (image.isPresent()) {
      store.forget(image.get().references().stream().map(LocalImage.Reference::name).toList());
      LOG.log(Level.INFO, "image removed id={0}", image.get().id());
    }
    roots.sweep();
  }
}
