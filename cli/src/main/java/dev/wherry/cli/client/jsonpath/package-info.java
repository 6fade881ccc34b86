/**
 * kubectl's JSONPath templates: parsing them and evaluating them on trees. No state; imported by
 * the client packages.
 */
@NullMarked
package dev.wherry.cli.client.jsonpath;

import org.jspecify.annotations.NullMarked;
