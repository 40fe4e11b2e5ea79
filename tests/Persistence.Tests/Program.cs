using Relay.Persistence;
using Relay.Persistence.Metadata;

return args is ["metadata", .. var rest]
    ? await KilledMetadataWriter.RunAsync(rest)
    : await KilledWriter.RunAsync(args);
