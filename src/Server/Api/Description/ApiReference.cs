using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing.Patterns;
using Relay.Access;
using Scalar.AspNetCore;

namespace Relay.Api.Description;

/// <summary>The description as a page, which comes from this node with all that it loads.</summary>
internal static class ApiReference
{
    private const int NonceBytes = 16;

    public static void Configure(ScalarOptions options, HttpContext context)
    {
        // Hexadecimal: in the page, other letters of a nonce would be written as entities.
        var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(NonceBytes));
        options.WithTitle("Relay: API")
            .AddDocument("v1", "Relay", "/api/openapi.json")
            .WithNonce(nonce)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools();

        // Its script adds the styles, some without the nonce.
        context.Features.Set(new PagePolicy(
            $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'"));
    }

    /// <summary>
    /// Keeps the page to <c>/api</c>: the library would answer with it at each <c>/api/…</c> that no other address is.
    /// </summary>
    public static void KeepToOneAddress(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder { RoutePattern.Parameters.Count: > 0 } page)
        {
            page.RoutePattern = RoutePatternFactory.Parse("/api/");
        }
    }
}
