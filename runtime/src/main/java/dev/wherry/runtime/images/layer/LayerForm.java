package dev.wherry.runtime.images.layer;

/** What a layer becomes. */
public enum LayerForm {
  /** A lower folder of an overlay: removed names are marked. */
  OVERLAY,
  /** Changes to a folder that holds the layers below: removed names are removed. */
  FLAT
}
