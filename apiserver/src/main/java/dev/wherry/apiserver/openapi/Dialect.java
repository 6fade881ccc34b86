package dev.wherry.apiserver.openapi;

/** What differs between the two versions of OpenAPI. */
enum Dialect {
  V2("#/definitions/"),
  V3("#/components/schemas/");

  private final String referencePrefix;

  Dialect(String referencePrefix) {
    this.referencePrefix = referencePrefix;
  }

  String reference(String openApiName) {
    return referencePrefix + openApiName;
  }
}
