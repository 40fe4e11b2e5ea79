using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Relay.Problems;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Access;

/// <summary>
/// Who may come in: what every request is asked before anything is done for it. A refusal is answered here, with a
/// status and one sentence. A browser does not show a page why a WebSocket was refused; so these addresses
/// answer a plain GET in the same way, and pages that may open a WebSocket may read that answer from any origin.
/// </summary>
internal sealed class RequestGate(
    ClientTokens tokens,
    AddressRate rate,
    AllowedOrigins origins,
    ForwardedSuspicion forwarded)
{
    /// <summary>When one who came too often may come again: a few connections are free then.</summary>
    private const int RetryAfterSeconds = 5;

    private const string QueryName = "token";

    /// <summary>
    /// By which browsers say whether the page that sends a request is of the same site (W3C, Fetch Metadata).
    /// </summary>
    private const string SiteHeader = "Sec-Fetch-Site";

    /// <summary>For every address of a WebSocket, first of all: whether this client may ask for one now.</summary>
    public async ValueTask<bool> MayConnectAsync(HttpContext context)
    {
        var origin = context.Request.Headers.Origin;
        if (origin.Count > 1 || !origins.Allow(origin.ToString()))
        {
            await Problem.AnswerAsync(context, StatusCodes.Status403Forbidden,
                "Pages of this origin may not connect (Auth:AllowedOrigins).");
            return false;
        }

        if (origin.Count > 0)
        {
            context.Response.Headers.AccessControlAllowOrigin = origins.AreAll ? "*" : origin;
        }

        context.Response.Headers.Vary = HeaderNames.Origin;

        forwarded.Notice(context);
        if (!rate.TryTake(context.Connection.RemoteIpAddress))
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            await Problem.AnswerAsync(context, StatusCodes.Status429TooManyRequests,
                "Too many connections come from this address (Limits:ConnectionsPerMinute); connect again later.",
                ProblemKind.Limit);
            return false;
        }

        return true;
    }

    /// <summary>What the request's token allows; null when it was refused.</summary>
    /// <param name="context">The request.</param>
    /// <param name="fromQuery">Whether the token may stand in <c>?token=</c>: browsers cannot give a WebSocket
    /// headers.</param>
    public async ValueTask<Grant?> IdentifyAsync(HttpContext context, bool fromQuery)
    {
        var (address, token) = (context.Connection.RemoteIpAddress, TokenOf(context.Request, fromQuery));
        var verdict = await tokens.VerifyAsync(address, token, context.RequestAborted);
        if (verdict.IsAccepted)
        {
            return verdict.Grant;
        }

        if (verdict.IsHeldBack)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            await Problem.AnswerAsync(
                context, StatusCodes.Status429TooManyRequests, verdict.Refusal, ProblemKind.Limit);
        }
        else if (verdict.IsTemporary)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            await Problem.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, verdict.Refusal,
                ProblemKind.StoreUnavailable);
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problem.AnswerAsync(context, StatusCodes.Status401Unauthorized, verdict.Refusal, ProblemKind.Token);
        }

        return null;
    }

    /// <summary>
    /// The same for a request about one document; null also when the token allows less than that there. To change
    /// something it must stand in the header: addresses end up in logs.
    /// </summary>
    public async ValueTask<Grant?> IdentifyAsync(HttpContext context, DocumentName document, AccessLevel least)
    {
        var grant = least == AccessLevel.Read
            ? await IdentifyAsync(context, fromQuery: true)
            : await IdentifyByHeaderAsync(context);
        if (grant is null || grant.To(document) >= least)
        {
            return grant;
        }

        await Problem.AnswerAsync(context, StatusCodes.Status403Forbidden,
            $"The token does not allow to {(least == AccessLevel.Write ? "write" : "read")} this document.",
            ProblemKind.Token);
        return null;
    }

    /// <summary>
    /// The same for what only administrators may do. The token must stand in the header: such a request must not be
    /// made by following a link.
    /// </summary>
    public async ValueTask<Grant?> IdentifyAdminAsync(HttpContext context)
    {
        var grant = await IdentifyByHeaderAsync(context);
        if (grant is null or { IsAdmin: true })
        {
            return grant;
        }

        await Problem.AnswerAsync(context, StatusCodes.Status403Forbidden,
            "The token does not allow what administrators may do.", ProblemKind.Token);
        return null;
    }

    private async ValueTask<Grant?> IdentifyByHeaderAsync(HttpContext context)
    {
        if (!IsOfAnotherSite(context.Request))
        {
            return await IdentifyAsync(context, fromQuery: false);
        }

        await Problem.AnswerAsync(context, StatusCodes.Status403Forbidden,
            "Pages of another site may not ask for this.");
        return null;
    }

    /// <summary>
    /// Whether a page of another site has its visitor's browser ask for a change that needs neither token nor body:
    /// where clients may do everything, any page in the world could otherwise. With a token in the header the browser
    /// would have asked this node first (<see cref="CrossOrigin"/>). The origins that the settings name are of this
    /// site.
    /// </summary>
    private bool IsOfAnotherSite(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (HttpMethods.IsGet(request.Method) || TokenOf(request, fromQuery: false) is not null || origins.Name(origin))
        {
            return false;
        }

        if (request.Headers[SiteHeader].ToString() is { Length: > 0 } site)
        {
            return site is not ("same-origin" or "none");
        }

        // To an address without TLS browsers say only the page's origin.
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static string? TokenOf(HttpRequest request, bool fromQuery)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim()
            : fromQuery && request.Query.TryGetValue(QueryName, out StringValues tokens) ? tokens.ToString()
            : null;
    }
}
