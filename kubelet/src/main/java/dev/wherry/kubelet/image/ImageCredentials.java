package dev.wherry.kubelet.image;

/**
 * Where the node's credential providers are described and where their programs lie; both or none.
 *
 * @param file a CredentialProviderConfig; "" for none
 * @param folder of the programs
 */
public record ImageCredentials(String file, String folder) {
  /** Only what pods name. */
  public static final ImageCredentials NONE = new ImageCredentials("", "");

  public ImageCredentials {
    if (file.isEmpty() != folder.isEmpty()) {
      throw new IllegalArgumentException(
          "--image-credential-provider-config and --image-credential-provider-bin-dir belong"
              + " together: give both or none");
    }
  }
}
