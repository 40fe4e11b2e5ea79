using Relay.Access;
using Relay.Yjs;

namespace Relay.Api.Filters;

/// <summary>What the filters before an endpoint have found out about its request.</summary>
internal sealed class ApiCall
{
    private DocumentName? document;
    private Grant? grant;

    /// <summary>The document that the address names.</summary>
    /// <exception cref="InvalidOperationException"><see cref="DocumentFilter"/> does not stand before it.</exception>
    public DocumentName Document
    {
        get => document ?? throw new InvalidOperationException("No filter has read the document's name.");
        set => document = value;
    }

    /// <summary>What the request's token allows.</summary>
    /// <exception cref="InvalidOperationException"><see cref="AccessFilter"/> does not stand before it.</exception>
    public Grant Grant
    {
        get => grant ?? throw new InvalidOperationException("No filter has checked the token.");
        set => grant = value;
    }

    /// <summary>The call that a request is; the first one who asks makes it.</summary>
    public static ApiCall Of(HttpContext context)
    {
        if (context.Features.Get<ApiCall>() is not { } call)
        {
            context.Features.Set(call = new ApiCall());
        }

        return call;
    }
}
