/**
 * Persistent volumes: claims are bound to volumes, objects in use are kept, ephemeral claims are
 * made, claims grow (kube-controller-manager persistentvolume-binder, pvc-protection,
 * pv-protection, ephemeral-volume, expand). Decisions are pure; workers on virtual threads carry
 * them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.volume;

import org.jspecify.annotations.NullMarked;
