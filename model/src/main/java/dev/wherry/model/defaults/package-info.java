/**
 * Values that upstream fills in where a client left them out (pkg/apis/&#42;/v1/defaults.go). Pure
 * functions on trees, any thread. Imported by apiserver.
 */
@NullMarked
package dev.wherry.model.defaults;

import org.jspecify.annotations.NullMarked;
