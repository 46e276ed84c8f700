# Imported first, because it imports the modules of this package while it is itself imported: were one of them the first,
# it would be found half done.
import seldon_core.proto.tensorflow.core.framework
