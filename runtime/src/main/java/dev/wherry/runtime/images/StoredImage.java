package dev.wherry.runtime.images;

/**
 * A name and the manifest it stands for.
 *
 * @param name full reference with a tag
 * @param digest of the manifest, {@code sha256:...}
 * @param mediaType of the manifest
 * @param sizeBytes of configuration and layers
 */
public record StoredImage(ImageName name, String digest, String mediaType, long sizeBytes) {}
