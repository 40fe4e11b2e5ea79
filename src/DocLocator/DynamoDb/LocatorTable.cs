using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Relay.Yjs;

namespace Relay.DocLocator.DynamoDb;

/// <summary>
/// The keys and attributes of the table. Two kinds of item share its one string key:
/// <code>
/// id = document:{name of the document}      holders = string set of {address}#{incarnation}
/// id = node:{address}#{incarnation}         expires = milliseconds since 1970 UTC, from then on the node is dead
/// ttl     = seconds since 1970 UTC, from then on DynamoDB may remove the item
/// </code>
/// This is a stored format, shared by all nodes of a running cluster.
/// </summary>
internal static class LocatorTable
{
    internal const string Id = "id";
    internal const string Holders = "holders";
    internal const string Expires = "expires";

    /// <summary>A reserved word of the expression language, which is why no expression names it.</summary>
    internal const string Ttl = "ttl";

    private const string NodePrefix = "node:";

    /// <summary>At most 1,033 bytes; DynamoDB allows 2,048.</summary>
    internal static Dictionary<string, AttributeValue> Key(DocumentName document) => Key($"document:{document.Value}");

    internal static Dictionary<string, AttributeValue> Key(NodeIdentity node) => Key($"{NodePrefix}{node}");

    internal static Dictionary<string, AttributeValue> NodeItem(NodeIdentity node, DateTimeOffset expires,
        DateTimeOffset removable)
    {
        var item = Key(node);
        item.Add(Expires, Number(expires.ToUnixTimeMilliseconds()));
        item.Add(Ttl, Number(removable.ToUnixTimeSeconds()));
        return item;
    }

    /// <summary>Reads a node's item; false for anything that <see cref="NodeItem"/> did not write.</summary>
    internal static bool TryReadNode(Dictionary<string, AttributeValue> item, out string element, out long expires)
    {
        (element, expires) = (string.Empty, 0);
        if (item.GetValueOrDefault(Id)?.S is not { } id || !id.StartsWith(NodePrefix, StringComparison.Ordinal)
            || !long.TryParse(item.GetValueOrDefault(Expires)?.N, NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out expires))
        {
            return false;
        }

        element = id[NodePrefix.Length..];
        return true;
    }

    internal static AttributeValue Set(params List<string> elements) => new() { SS = elements };

    private static Dictionary<string, AttributeValue> Key(string id) => new() { [Id] = new AttributeValue { S = id } };

    private static AttributeValue Number(long value) => new() { N = value.ToString(CultureInfo.InvariantCulture) };
}
