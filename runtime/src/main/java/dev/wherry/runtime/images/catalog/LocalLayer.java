package dev.wherry.runtime.images.catalog;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A layer of an image.
 *
 * @param blob the packed archive's digest
 * @param diffId the plain archive's
 * @param chainId of this layer on those below it (OCI image specification: ChainID)
 */
public record LocalLayer(String blob, String diffId, String chainId) {
  /** The layers of an image, bottom first; both lists have the same length. */
  static List<LocalLayer> of(List<String> blobs, List<String> diffIds) {
    List<LocalLayer> layers = new ArrayList<>();
    String chain = "";
    for (int i = 0; i < blobs.size(); i++) {
      String diffId = diffIds.get(i);
      chain = chain.isEmpty() ? diffId : digest(chain + " " + diffId);
      layers.add(new LocalLayer(blobs.get(i), diffId, chain));
    }
    return List.copyOf(layers);
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}
