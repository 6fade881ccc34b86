package dev.wherry.controllers.volume;

import dev.wherry.machinery.informer.ObjectKey;

/** What the binder looks at. One queue for both: volumes and claims are bound one at a time. */
sealed interface VolumeKey {
  record Claim(ObjectKey key) implements VolumeKey {}

  record Volume(String name) implements VolumeKey {}
}
