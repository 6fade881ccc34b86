/**
 * What makes an object valid beyond its shape: upstream's validation of every built-in kind, with
 * its field paths and sentences (kubernetes/pkg/apis/GROUP/validation and apimachinery's
 * util/validation).
 *
 * <p>Rules see defaulted objects and collect all mistakes before the request is refused with 422.
 * Pure, no owner thread. Imported by the registry.
 */
@NullMarked
package dev.wherry.apiserver.validation;

import org.jspecify.annotations.NullMarked;
